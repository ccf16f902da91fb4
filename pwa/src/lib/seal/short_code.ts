/** Short code under every QR: 10 Crockford base32 characters and a check character. */
import { SealError } from './error';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U';
const CHARACTERS = 10;

/**
 * Reads a short code; forgives case, spaces, hyphens, O for 0, I and L for 1.
 * Throws `short_code_symbol`, `short_code_length` or `short_code_check`. Gives the canonical `XXXXX-XXXXX-C`.
 */
export function parseShortCode(text: string): string {
  const values: number[] = [];
  for (const character of text.replace(/[\s-]/g, '')) {
    const upper = character.replace(/[a-z]/, (letter) => letter.toUpperCase());
    const value = ALPHABET.indexOf(upper.replace('O', '0').replace(/[IL]/, '1'));
    if (value < 0) throw new SealError('short_code_symbol');
    if (values.length > CHARACTERS) throw new SealError('short_code_length');
    values.push(value);
  }
  if (values.length !== CHARACTERS + 1) throw new SealError('short_code_length');
  const characters = values.slice(0, CHARACTERS);
  if (characters.some((value) => value > 31)) throw new SealError('short_code_symbol');
  if (checkValue(characters) !== values[CHARACTERS]) throw new SealError('short_code_check');
  const shown = values.map((value) => ALPHABET.charAt(value)).join('');
  return `${shown.slice(0, 5)}-${shown.slice(5, 10)}-${shown.slice(10)}`;
}

/** True when the text could only be meant as a short code: no link, no seal. */
export function looksLikeShortCode(text: string): boolean {
  const length = text.replace(/[\s-]/g, '').length;
  return length >= CHARACTERS && length <= CHARACTERS + 1 && !text.includes('/');
}

/** The fifty bits as a number: what the field pack's short codes can be compared by. */
export function shortCodeBits(canonical: string): number {
  const characters = canonical.replaceAll('-', '').slice(0, CHARACTERS);
  return [...characters].reduce((bits, character) => bits * 32 + ALPHABET.indexOf(character), 0);
}

function checkValue(characters: number[]): number {
  return characters.reduce((rest, value) => (rest * 32 + value) % 37, 0);
}

/** Characters that look alike in small print or on a torn label; each group is read for any of its own. */
const ALIKE: readonly string[] = [
  '8B3',
  '5S',
  '2Z7',
  '6G',
  '0DQC',
  '1TJ7',
  '4A',
  'VYU',
  'MNW',
  'EF',
  'PR',
  'KXH',
  '9P',
];

/**
 * Right short codes that differ from a wrong one by one character of the same look, or by two neighbours that changed
 * places: what a person may have meant. Empty for a text of another length, or with characters that no code has.
 */
export function nearShortCodes(text: string): string[] {
  const plain = text.replace(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  if (plain.length !== CHARACTERS + 1) return [];
  const found = new Set<string>();
  const consider = (candidate: string) => {
    try {
      found.add(parseShortCode(candidate));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
    }
  };
  for (let at = 0; at < plain.length; at += 1) {
    const here = plain.charAt(at);
    for (const other of ALIKE.filter((group) => group.includes(here)).join('')) {
      if (other !== here) consider(plain.slice(0, at) + other + plain.slice(at + 1));
    }
    const next = plain.charAt(at + 1);
    if (next !== '' && next !== here) consider(plain.slice(0, at) + next + here + plain.slice(at + 2));
  }
  return [...found].sort();
}

/** A short code while it is typed: capitals, in groups of five, five and one. */
export function groupedShortCode(text: string): string {
  const plain = text.replace(/[\s-]/g, '').toUpperCase();
  return [plain.slice(0, 5), plain.slice(5, 10), plain.slice(10)].filter((part) => part !== '').join('-');
}
