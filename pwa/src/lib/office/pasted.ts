/** Lists as they are pasted from a document: by comma, semicolon or line. */
import { wasteCode } from './waste_code';

/** Waste codes in printed form; what is none stays as it is, for the server to name. */
export function readCodes(text: string): string[] {
  return [...new Set(parts(text).map((part) => wasteCode(part) ?? part))];
}

/** Plates as written. */
export function readPlates(text: string): string[] {
  return [...new Set(parts(text))];
}

function parts(text: string): string[] {
  return text
    .split(/[,;\n]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
