/** The weighing and the decision at the gate as the form holds them, and what they amount to, to the gram. */
import type { WasteLine } from '$lib/api/types';
import { gramsFromKilograms, kilogramsToType } from '$lib/i18n/format';
import { m } from '$lib/i18n';
import type { EventLine, Weighing } from '$lib/local/event_payload';
import { shareMass } from '$lib/local/mass_share';
import type { ScaleWeighing } from './from_scale';

export type Decision = 'acceptance' | 'partial_acceptance' | 'rejection';

/** A typed mass: empty is null, what is no mass is undefined. */
function typed(text: string | undefined): number | null | undefined {
  const plain = text?.trim() ?? '';
  if (plain === '') return null;
  return gramsFromKilograms(plain) ?? undefined;
}

/** What was typed, as it is kept on the phone. */
export type TypedReceiving = Pick<
  Receiving,
  'gross' | 'tare' | 'source' | 'ticket' | 'decision' | 'reason' | 'comment' | 'received' | 'refused'
>;

export class Receiving {
  gross = $state('');
  tare = $state('');
  source = $state<Weighing['source']>('scale');
  ticket = $state('');
  decision = $state<Decision>('acceptance');
  reason = $state('');
  comment = $state('');
  /** Typed kilograms by line number; untouched lines follow the shared net. */
  received = $state<Record<number, string>>({});
  refused = $state<Record<number, string>>({});
  /** Set by the first press of the main button. */
  tried = $state(false);

  readonly #lines: () => readonly WasteLine[];

  constructor(lines: () => readonly WasteLine[]) {
    this.#lines = lines;
  }

  /** What was typed so far. */
  asTyped(): TypedReceiving {
    const { gross, tare, source, ticket, decision, reason, comment } = this;
    const received = $state.snapshot(this.received);
    const refused = $state.snapshot(this.refused);
    return { gross, tare, source, ticket, decision, reason, comment, received, refused };
  }

  /** Takes up what was typed before. */
  restore(typed: TypedReceiving): void {
    Object.assign(this, typed);
  }

  /**
   * Takes what a scale reported. A mass that it has not measured yet leaves what was typed, but not what belongs to
   * another ticket: that is another truck's.
   */
  takeFromScale(weighing: Pick<ScaleWeighing, 'gross_g' | 'tare_g' | 'ticket'>): void {
    const { gross_g, tare_g, ticket } = weighing;
    const another = this.ticket !== '' && this.ticket !== ticket;
    if (gross_g !== null) this.gross = kilogramsToType(gross_g);
    else if (another) this.gross = '';
    if (tare_g !== null) this.tare = kilogramsToType(tare_g);
    else if (another) this.tare = '';
    this.ticket = ticket;
    this.source = 'scale';
  }

  get lines(): readonly WasteLine[] {
    return this.#lines();
  }

  /** Gross minus tare in grams; null while it cannot be told. */
  get net(): number | null {
    const gross = typed(this.gross);
    const tare = typed(this.tare);
    if (gross === null || gross === undefined || tare === null || tare === undefined) return null;
    return gross > tare ? gross - tare : null;
  }

  get weighed(): boolean {
    return this.gross.trim() !== '' || this.tare.trim() !== '';
  }

  get declared(): number {
    return this.lines.reduce((sum, line) => sum + line.declared_mass_g, 0);
  }

  /** Puts the shares of the net into the lines, in proportion to what was declared. */
  share(): void {
    const { net } = this;
    if (net === null) return;
    const shares = shareMass(
      net,
      this.lines.map((line) => line.declared_mass_g),
    );
    this.received = Object.fromEntries(
      this.lines.map((line, index) => [line.line, kilogramsToType(shares[index] ?? 0)]),
    );
  }

  /** Grams received of a line: undefined when it is no mass, null when empty. */
  receivedOf(line: number): number | null | undefined {
    return typed(this.received[line]);
  }

  /** Grams refused of a line: everything at a rejection, what was typed at a partial acceptance. */
  refusedOf(line: number): number | undefined {
    switch (this.decision) {
      case 'acceptance':
        return 0;
      case 'rejection':
        return this.receivedOf(line) ?? undefined;
      case 'partial_acceptance': {
        const grams = typed(this.refused[line]);
        return grams === null ? 0 : grams;
      }
    }
  }

  /** Sum of the lines received, grams; lines that are no mass count nothing. */
  get sum(): number {
    return this.lines.reduce((sum, { line }) => sum + (this.receivedOf(line) ?? 0), 0);
  }

  get accepted(): number {
    return this.sum - this.lines.reduce((sum, { line }) => sum + (this.refusedOf(line) ?? 0), 0);
  }

  /** What is wrong, by field path; empty when it can be saved. */
  get errors(): Record<string, string> {
    const errors: Record<string, string> = {};
    const gross = typed(this.gross);
    const tare = typed(this.tare);
    if (this.weighed) {
      if (gross === null || gross === undefined) errors['weighing.gross_g'] = m.mass_wrong();
      if (tare === null || tare === undefined) errors['weighing.tare_g'] = m.mass_wrong();
      else if (typeof gross === 'number' && gross <= tare) errors['weighing.tare_g'] = m.receive_tare_above();
    }
    for (const { line } of this.lines) {
      const received = this.receivedOf(line);
      if (received === undefined) errors[`lines[${line}].mass_g`] = m.mass_wrong();
      else if (received === null) errors[`lines[${line}].mass_g`] = m.receive_line_required();
      const refused = this.refusedOf(line);
      if (refused === undefined && this.decision === 'partial_acceptance')
        errors[`lines[${line}].refused_g`] = m.mass_wrong();
      else if (typeof received === 'number' && (refused ?? 0) > received)
        errors[`lines[${line}].refused_g`] = m.receive_refused_above();
    }
    if (this.net !== null && this.sum !== this.net) {
      errors['lines'] = m.receive_sum_differs({ difference: kilogramsToType(this.sum - this.net) });
    }
    if (this.decision !== 'acceptance' && this.reason.trim() === '')
      errors['reason'] = m.receive_reason_required();
    if (this.decision === 'partial_acceptance' && this.accepted === this.sum)
      errors['refused'] = m.receive_refused_none();
    if (this.decision === 'partial_acceptance' && this.sum > 0 && this.accepted === 0)
      errors['refused'] = m.receive_refused_all();
    return errors;
  }

  /** The event's lines; call only without errors. */
  get eventLines(): EventLine[] {
    return this.lines.map(({ line }) => ({
      line,
      mass_g: this.receivedOf(line) ?? null,
      refused_g: this.refusedOf(line) ?? 0,
    }));
  }

  /** The weighing, if the truck was weighed. */
  get weighing(): Weighing | undefined {
    if (!this.weighed) return undefined;
    return {
      gross_g: typed(this.gross) ?? null,
      tare_g: typed(this.tare) ?? null,
      net_g: this.net,
      ticket: this.ticket.trim() === '' ? null : this.ticket.trim(),
      source: this.source,
    };
  }
}
