/** What a code that is none of ours seems to be, so that a person learns what they have scanned. Pure. */

export type Foreign =
  /** The dispatcher's invitation for a phone. */
  | 'invitation'
  /** A bank's or wallet's payment (EMVCo, VietQR, MoMo, ZaloPay). */
  | 'payment'
  /** A network's name and password. */
  | 'wifi'
  /** A person's card. */
  | 'contact'
  /** A citizen's identity card: its QR is seven facts between bars. */
  | 'identity'
  /** A product's number. */
  | 'product'
  /** A link to somewhere else. */
  | 'link'
  /** Ours by its look, but cut, smudged or changed. */
  | 'damaged'
  /** Any other text. */
  | 'other';

const RULES: readonly [Foreign, RegExp][] = [
  ['invitation', /\/enrol#/i],
  ['payment', /^000201|^(momo|zalopay|vietqr|upi):|^2\|99\|/i],
  ['wifi', /^WIFI:/i],
  ['contact', /^(BEGIN:VCARD|MECARD:|tel:|mailto:|smsto:)/i],
  ['identity', /^\d{12}\|(\d{9})?\|[^|]+\|\d{8}\|/],
  ['product', /^(\d{8}|\d{12,14})$/],
  ['damaged', /^https?:\/\/[^/]+\/q\//i],
  ['link', /^[a-z][a-z0-9+.-]*:\/\//i],
  // Long base32 can only be a seal without its host.
  ['damaged', /^[A-Z2-7]{120,}$/i],
];

/** The kind of a text that is no code of ours. */
export function foreignKind(text: string): Foreign {
  const trimmed = text.trim();
  return RULES.find(([, pattern]) => pattern.test(trimmed))?.[0] ?? 'other';
}
