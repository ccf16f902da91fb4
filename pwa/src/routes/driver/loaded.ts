/** What was really loaded, as the driver types it; empty means that nobody weighed it. */
import type { WasteLine } from '$lib/api/types';
import { gramsFromKilograms } from '$lib/i18n/format';
import type { EventLine } from '$lib/local/event_payload';

/** The lines of the event: those with a typed mass. Null when one of them is no mass. */
export function loadedLines(
  lines: readonly WasteLine[],
  typed: Readonly<Record<number, string>>,
): EventLine[] | null {
  const loaded: EventLine[] = [];
  for (const { line } of lines) {
    const text = typed[line]?.trim() ?? '';
    if (text === '') continue;
    const mass_g = gramsFromKilograms(text);
    if (mass_g === null) return null;
    loaded.push({ line, mass_g });
  }
  return loaded;
}

/** The declared number of packages, to be corrected; empty when there are none. */
export function packagesOf(lines: readonly WasteLine[]): string {
  const count = lines.reduce((sum, line) => sum + (line.packaging?.count ?? 0), 0);
  return count === 0 ? '' : String(count);
}
