/** Messages between the page and the worker that reads QR codes. */

/** One step of the reading cycle. */
export type Step = 'fast' | 'hard' | 'blurred';

export interface ReadRequest {
  id: number;
  frame: ImageBitmap;
  /** Tried one after the other until one reads: one for a live frame, all for a still picture. */
  steps: readonly Step[];
}

export interface ReadAnswer {
  id: number;
  /** The text of the code, or null when none was found. */
  text: string | null;
}

/** The cycle over live frames: quick, then thorough, then thorough over a slight blur for dark and noisy frames. */
export const CYCLE: readonly Step[] = ['fast', 'hard', 'blurred'];
