/** A pickup as the form holds it, and the facts that it makes. Practice fills the same form. */
import type { PackManifest } from '$lib/api/types';
import { sealDetails } from '$lib/field/physical_seals';
import { textOrNull, type FormFacts } from '$lib/field/save';
import { confirmationError, counterpartyOf, emptyConfirmation, type Confirmation } from './confirmation';
import { loadedLines, packagesOf } from './loaded';

/** What a pickup is about, as far as its form needs to know; a made-up load will do. */
export interface PickupSubject {
  /** Plates agreed on, and the one expected now. */
  plates: string[];
  plate: string;
  /** Null when the phone does not hold the manifest. */
  manifest: Pick<PackManifest, 'lines' | 'confirmed' | 'generator' | 'qr' | 'number'> | null;
}

/** What was typed; plate and packages of the manifest stand until they are touched. */
export interface TypedPickup {
  plate: string | null;
  packages: string | null;
  /** Typed kilograms by line number. */
  masses: Record<number, string>;
  confirmation: Confirmation;
  /** Numbers of physical seals as they are written. */
  seals: string;
  comment: string;
}

export class PickupForm {
  typed = $state<TypedPickup>({
    plate: null,
    packages: null,
    masses: {},
    confirmation: emptyConfirmation(),
    seals: '',
    comment: '',
  });
  /** Set by the first press of the main button. */
  tried = $state(false);
  readonly #subject: () => PickupSubject | null;

  constructor(subject: () => PickupSubject | null) {
    this.#subject = subject;
  }

  get plate(): string {
    return this.typed.plate ?? this.#subject()?.plate ?? '';
  }

  get packages(): string {
    return this.typed.packages ?? packagesOf(this.#subject()?.manifest?.lines ?? []);
  }

  get packagesWrong(): boolean {
    return !/^\d{0,5}$/.test(this.packages.trim());
  }

  /** What the event says, or null when something is missing or wrong. */
  get facts(): FormFacts | null {
    const lines = loadedLines(this.#subject()?.manifest?.lines ?? [], this.typed.masses);
    const plate = this.plate.trim();
    if (plate === '' || lines === null || this.packagesWrong) return null;
    if (confirmationError(this.typed.confirmation) !== null) return null;
    return {
      plate,
      lines,
      packages: this.packages.trim() === '' ? null : Number(this.packages),
      counterparty: counterpartyOf(this.typed.confirmation),
      details: sealDetails(this.typed.seals),
      comment: textOrNull(this.typed.comment),
    };
  }
}
