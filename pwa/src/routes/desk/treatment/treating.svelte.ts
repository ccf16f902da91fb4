/** What was treated, as the form holds it, and what it amounts to, to the gram. */
import type { WasteLine } from '$lib/api/types';
import { gramsFromKilograms, kilogramsToType } from '$lib/i18n/format';
import { m } from '$lib/i18n';
import type { EventLine } from '$lib/local/event_payload';

/** What was typed, as it is kept on this device. */
export type TypedTreating = Pick<Treating, 'day' | 'mass' | 'method'>;

export class Treating {
  /** Day in Hà Nội, "2026-11-23". */
  day = $state('');
  /** Typed kilograms by line number; an empty line was not treated. */
  mass = $state<Record<number, string>>({});
  /** Methods by line number; a line keeps the planned one until another is chosen. */
  method = $state<Record<number, string>>({});
  /** Set by the first press of the main button. */
  tried = $state(false);

  readonly #lines: () => readonly WasteLine[];
  readonly #days: () => { from: string; to: string };

  /** `days` are the first and the last day that a treatment may have happened on. */
  constructor(lines: () => readonly WasteLine[], days: () => { from: string; to: string }) {
    this.#lines = lines;
    this.#days = days;
    this.day = days().to;
  }

  asTyped(): TypedTreating {
    return { day: this.day, mass: $state.snapshot(this.mass), method: $state.snapshot(this.method) };
  }

  restore(typed: TypedTreating): void {
    Object.assign(this, typed);
  }

  /** Lines of which something is left. */
  get lines(): WasteLine[] {
    return this.#lines().filter((line) => (line.stock_mass_g ?? 0) > 0);
  }

  methodOf(line: WasteLine): string {
    return this.method[line.line] ?? line.treatment_method;
  }

  /** Puts all that is left into every line. */
  takeAll(): void {
    this.mass = Object.fromEntries(
      this.lines.map((line) => [line.line, kilogramsToType(line.stock_mass_g ?? 0)]),
    );
  }

  /** What is wrong, by field path; empty when it can be signed. */
  get errors(): Record<string, string> {
    const errors: Record<string, string> = {};
    const { from, to } = this.#days();
    if (this.day === '' || this.day < from || this.day > to) errors['performed_on'] = m.treat_day_wrong();
    for (const line of this.lines) {
      const typed = (this.mass[line.line] ?? '').trim();
      if (typed === '') continue;
      const grams = gramsFromKilograms(typed);
      if (grams === null || grams === 0) errors[`lines[${line.line}].mass_g`] = m.mass_wrong();
      else if (grams > (line.stock_mass_g ?? 0)) errors[`lines[${line.line}].mass_g`] = m.treat_above();
    }
    if (Object.keys(errors).length === 0 && this.eventLines.length === 0) errors['lines'] = m.treat_nothing();
    return errors;
  }

  /** The event's lines: those of which something was treated. */
  get eventLines(): EventLine[] {
    return this.lines.flatMap((line) => {
      const mass_g = gramsFromKilograms((this.mass[line.line] ?? '').trim());
      return mass_g ? [{ line: line.line, mass_g, method: this.methodOf(line) }] : [];
    });
  }
}
