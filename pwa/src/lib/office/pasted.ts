/** Lists as they are pasted from a document: by comma, semicolon or line. */
import type { Quota } from './types';
import { wasteCode } from './waste_code';

/** Waste codes in printed form; what is none stays as it is, for the server to name. */
export function readCodes(text: string): string[] {
  return [...new Set(parts(text).map((part) => wasteCode(part) ?? part))];
}

/** Plates as written. */
export function readPlates(text: string): string[] {
  return [...new Set(parts(text))];
}

/** Words of a list, such as methods or province codes, each once. */
export const readWords = readPlates;

/**
 * Yearly limits, one a line: a code and whole kilograms, such as `17 02 03: 50000`, or `*` for all codes together.
 * `wrong` is the first line (from 1) that cannot be read.
 */
export function readQuotas(text: string): { quotas: Quota[]; wrong: number | null } {
  const quotas: Quota[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [of = '', mass = ''] = line.split(':');
    const all = of.trim() === '*';
    const code = all ? null : wasteCode(of);
    const kilograms = mass.replace(/[\s\u00a0]|kg/g, '');
    if ((code === null && !all) || !/^[1-9]\d{0,9}$/.test(kilograms)) return { quotas, wrong: index + 1 };
    quotas.push({ waste_code: code, mass_g: Number(kilograms) * 1000 });
  }
  return { quotas, wrong: null };
}

function parts(text: string): string[] {
  return text
    .split(/[,;\n]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
