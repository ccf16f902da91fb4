/** The vehicle's kit (TT 02/2022 Art. 37(4)) as the inspector's checklist, and whom an inspection is about. */
import type { VerifyAnswer } from '$lib/api/types';
import type { Subject } from '$lib/field/subject';
import { m } from '$lib/i18n';
import type { Look } from './look.svelte';

export const KIT: readonly { item: string; label: () => string }[] = [
  { item: 'fire_fighting', label: m.kit_fire_fighting },
  { item: 'absorbent', label: m.kit_absorbent },
  { item: 'first_aid', label: m.kit_first_aid },
  { item: 'phone', label: m.kit_phone },
  { item: 'warning_signs', label: m.kit_warning_signs },
  { item: 'closed_body', label: m.kit_closed_body },
  { item: 'name_and_phone', label: m.kit_name_and_phone },
  { item: 'gps_on', label: m.kit_gps_on },
];

/** The manifest that the look is about, or null when none is known. */
export function inspected(look: Look, server: VerifyAnswer | null): Subject | null {
  const claims = look.meaning.kind === 'manifest' ? look.meaning.claims : null;
  const id = server?.manifest?.id ?? look.manifest?.id ?? claims?.manifestId;
  if (id === undefined) return null;
  const number = server?.manifest?.number ?? look.manifest?.number ?? claims?.number ?? '';
  return {
    id,
    number,
    tripId: look.manifest?.trip_id ?? null,
    plates: [],
    plate: '',
    manifest: look.manifest,
    state: look.manifest?.state ?? null,
  };
}
