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
