/**
 * Bytes as a series of numbered QR codes, shown one after the other again and again, and put together again in whatever
 * order a camera catches them. Each text is `EMO1/<series>/<number>/<count>/<part>` in the alphabet of QR's compact mode.
 */
import { fromBase32, base32, sha256, hex } from '$lib/seal/bytes';
import type { Bytes } from '$lib/seal';

const MARK = 'EMO1';
/** Bytes of a part: the code stays small enough for a camera that looks at a screen. */
const PART_BYTES = 300;
/** Most codes of a series: three a second, that is ten minutes of holding still. */
export const MOST_FRAMES = 2_000;

/** The codes of some bytes. */
export async function framesOf(bytes: Bytes): Promise<string[]> {
  const count = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  const series = hex((await sha256(bytes)).subarray(0, 8)).toUpperCase();
  return Array.from({ length: count }, (_, n) => {
    const part = bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES);
    return [MARK, series, n + 1, count, base32(part)].join('/');
  });
}

interface Frame {
  series: string;
  number: number;
  count: number;
  part: Bytes;
}

/** What a scanned text says; null when it is no code of a series. */
export function readFrame(text: string): Frame | null {
  const match = /^EMO1\/([0-9A-F]{16})\/(\d{1,4})\/(\d{1,4})\/([A-Z2-7]*)$/.exec(text);
  if (match === null) return null;
  const [, series = '', number, count, part = ''] = match;
  const frame = { series, number: Number(number), count: Number(count) };
  if (frame.number < 1 || frame.number > frame.count || frame.count > MOST_FRAMES) return null;
  try {
    return { ...frame, part: fromBase32(part) };
  } catch {
    return null;
  }
}

/** Codes caught so far. */
export interface Progress {
  count: number;
  caught: number;
  /** Numbers still missing, in order. */
  missing: number[];
}

/** Puts a series together. */
export class Gathering {
  private series = '';
  private parts: (Bytes | undefined)[] = [];

  /** Takes a code; one of another series begins anew. Null when the text is no code of a series. */
  take(text: string): Progress | null {
    const frame = readFrame(text);
    if (frame === null) return null;
    if (frame.series !== this.series || frame.count !== this.parts.length) {
      this.series = frame.series;
      this.parts = Array.from({ length: frame.count });
    }
    this.parts[frame.number - 1] ??= frame.part;
    return this.progress();
  }

  progress(): Progress {
    const missing = this.parts.flatMap((part, n) => (part === undefined ? [n + 1] : []));
    return { count: this.parts.length, caught: this.parts.length - missing.length, missing };
  }

  /** The bytes once every code was caught and they are what was shown; null before. */
  async whole(): Promise<Bytes | null> {
    if (this.parts.length === 0 || this.parts.includes(undefined)) return null;
    const bytes = new Uint8Array(await new Blob(this.parts as Bytes[]).arrayBuffer());
    const series = hex((await sha256(bytes)).subarray(0, 8)).toUpperCase();
    if (series === this.series) return bytes;
    this.parts = this.parts.map(() => undefined);
    return null;
  }
}
