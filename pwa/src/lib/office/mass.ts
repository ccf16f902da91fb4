/** Masses typed at a desk: with Vietnamese grouping too, and a word when a text can be read in two ways. */
import { gramsFromKilograms } from '$lib/i18n/format';
import { getLocale } from '$lib/i18n/paraglide/runtime.js';

export type TypedMass =
  | { kind: 'grams'; grams: number }
  | { kind: 'empty' }
  /** "1.000" may be a kilogram or a tonne; both in grams. */
  | { kind: 'ambiguous'; small: number; large: number }
  | { kind: 'unreadable' };

/** Largest mass of one line: 1,000 tonnes, in grams. */
const MAX_G = 1_000_000_000;

/**
 * Reads a mass in kilograms as typed: "430,5" → 430500 g; "1.234,5" → 1234500 g; "1.234.567" → 1234567000 g.
 * A single group of three after the reader's grouping mark ("1.000") is ambiguous and never guessed.
 */
export function readMass(text: string): TypedMass {
  const plain = text.replace(/[\s\u00a0]/g, '').replace(/kg$/i, '');
  if (plain === '') return { kind: 'empty' };
  const direct = gramsFromKilograms(plain);
  if (direct !== null) return positive(direct);
  const [group, decimal] = getLocale() === 'vi' ? ['.', ','] : [',', '.'];
  const escaped = group === '.' ? '\\.' : ',';
  const grouped = new RegExp(`^\\d{1,3}(?:${escaped}\\d{3})+(?:\\${decimal}\\d{1,3})?$`);
  if (!grouped.test(plain)) return { kind: 'unreadable' };
  const [whole = '', fraction = ''] = plain.split(decimal);
  const kilograms = Number(whole.replaceAll(group, ''));
  const grams = kilograms * 1000 + Number(fraction.padEnd(3, '0'));
  const groups = whole.split(group).length;
  if (fraction === '' && groups === 2)
    return { kind: 'ambiguous', small: Number(whole.replace(group, '')), large: grams };
  return positive(grams);
}

function positive(grams: number): TypedMass {
  return grams > 0 && grams <= MAX_G ? { kind: 'grams', grams } : { kind: 'unreadable' };
}
