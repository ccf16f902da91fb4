/** Where in the sheet a problem is: the server names it `row 12 · Mã CTNH`. */
import { m } from '$lib/i18n';

/** Row and column in words; a path of another form stays whole. */
export function rowOf(path: string): { row: string; column: string } {
  const found = /^row (\d+)(?:\s*·\s*(.*))?$/.exec(path);
  if (found === null) return { row: path, column: '' };
  return { row: m.waste_row({ n: Number(found[1]) }), column: found[2] ?? '' };
}
