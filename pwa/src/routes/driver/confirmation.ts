/** The generator's consent at pickup as the form holds it. */
import type { Counterparty } from '$lib/local/event_payload';

export interface Confirmation {
  kind: Counterparty['kind'];
  /** Six digits that the generator reads out. */
  code: string;
  /** Strokes of the signature on the glass. */
  strokes: string;
  name: string;
}

export function emptyConfirmation(): Confirmation {
  return { kind: 'code', code: '', strokes: '', name: '' };
}

/** What is missing: the field, or null when the consent is complete. */
export function confirmationError(confirmation: Confirmation): 'code' | 'strokes' | null {
  switch (confirmation.kind) {
    case 'code':
      return /^\d{6}$/.test(confirmation.code.replace(/\s/g, '')) ? null : 'code';
    case 'glass':
      return confirmation.strokes === '' ? 'strokes' : null;
    case 'signed':
    case 'none':
      return null;
  }
}

/**
 * The form that goes into the event. A drawn signature is named by the SHA-256 of its picture; where this phone could
 * not make one, its strokes stand in the event.
 */
export function counterpartyOf(confirmation: Confirmation, signature: string | null = null): Counterparty {
  const name = confirmation.name.trim() === '' ? null : confirmation.name.trim();
  switch (confirmation.kind) {
    case 'code':
      return { kind: 'code', name, proof: confirmation.code.replace(/\s/g, '') };
    case 'glass':
      return { kind: 'glass', name, proof: signature ?? confirmation.strokes };
    case 'signed':
      return { kind: 'signed', name, proof: null };
    case 'none':
      return { kind: 'none', name: null, proof: null };
  }
}
