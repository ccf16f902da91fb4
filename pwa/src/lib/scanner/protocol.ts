/** Messages between the page and the worker that reads QR codes. */

/** One of the three steps of the reading cycle, or all of them for a still picture. */
export type Step = 'fast' | 'hard' | 'blurred' | 'all';

export interface ReadRequest {
  id: number;
  frame: ImageBitmap;
  step: Step;
}

export interface ReadAnswer {
  id: number;
  /** The text of the code, or null when none was found. */
  text: string | null;
}

/** The cycle over live frames: quick, then thorough, then thorough over a slight blur for dark and noisy frames. */
export const CYCLE: readonly Exclude<Step, 'all'>[] = ['fast', 'hard', 'blurred'];
