/** The bench's table. */
import { cpus } from 'node:os';
import type { FrameClass } from './shots';

export interface Row {
  kind: FrameClass;
  frames: number;
  /** Read rightly by the cycle, and by the decoder as it comes. */
  read: number;
  baseline: number;
  wrong: number;
  /** Of the frames that were read, milliseconds: in the worker; processor time and clock on the slowed page. */
  workerMs: number[];
  slowedMs: number[];
  slowedWallMs: number[];
}

/** The middle of some numbers; 0 of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Of all frames. */
export function share(rows: readonly Row[], of: 'read' | 'baseline'): number {
  const frames = rows.reduce((sum, row) => sum + row.frames, 0);
  return rows.reduce((sum, row) => sum + row[of], 0) / frames;
}

const ms = (numbers: readonly number[]) => (numbers.length === 0 ? '–' : median(numbers).toFixed(1));

/** A dated section in Markdown. */
export function table(rows: readonly Row[], slowed: number): string {
  const all = (key: 'workerMs' | 'slowedMs' | 'slowedWallMs') => rows.flatMap((row) => row[key]);
  const sum = (key: 'frames' | 'read' | 'baseline' | 'wrong') =>
    rows.reduce((total, row) => total + row[key], 0);
  const percent = (of: 'read' | 'baseline') => `${(100 * share(rows, of)).toFixed(1)} %`;
  const lines = rows.map(
    (row) =>
      `| ${row.kind.replace('_', ' ')} | ${row.frames} | ${row.read} | ${row.baseline} | ${row.wrong} | ${ms(row.workerMs)} | ${ms(row.slowedMs)} | ${ms(row.slowedWallMs)} |`,
  );
  return [
    `## Scanner, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    '',
    `Made frames of 1280 × 720 (tests/scanner) of the largest manifest QR, version 14-M; \`screen\` shows live codes, version 15-M.`,
    `Read by the app's worker in headless Chromium, one step a request. ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores.`,
    `Medians over the frames that were read. The CDP rate does not reach workers: at ${slowed}× the same function runs on the page; its processor`,
    `time is the figure (what other programs take of the clock is not in it), the clock stands beside it.`,
    '',
    `| class | frames | read | decoder as it comes | wrong | worker ms | ${slowed}× slowed ms | ${slowed}× by the clock |`,
    '|---|---|---|---|---|---|---|---|',
    ...lines,
    `| **all** | ${sum('frames')} | ${sum('read')} (${percent('read')}) | ${sum('baseline')} (${percent('baseline')}) | ${sum('wrong')} | ${ms(all('workerMs'))} | ${ms(all('slowedMs'))} | ${ms(all('slowedWallMs'))} |`,
    '',
  ].join('\n');
}
