/** Waste codes as typed: six digits, printed `17 02 03`. */

/** The printed form of six digits however they were typed, or null. */
export function wasteCode(text: string): string | null {
  const digits = text.replace(/[\s.\-/]/g, '');
  return /^\d{6}$/.test(digits) ? digits.replace(/(\d\d)(\d\d)(\d\d)/, '$1 $2 $3') : null;
}

/** Lower case without Vietnamese marks, as the server's search folds it: "Dầu thải" → "dau thai". */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/đ/g, 'd')
    .replace(/Đ/g, 'D')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
