/** Messages between the page and the worker that reads QR codes. */

/** One step of the reading cycle. */
export type Step =
  /** At half the size: quick, and enough for a code that fills the frame. */
  | 'half'
  /** As it is: small codes too. */
  | 'whole'
  /** Slightly blurred: noise of a dark place is not a pattern. */
  | 'smooth'
  /** Shade and noise taken out, edges brought back: faint, defocused and shaken codes. */
  | 'sharp';

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

/** The cycle over live frames, from quick to thorough; what each step is worth is measured in tests/scanner. */
export const CYCLE: readonly Step[] = ['half', 'whole', 'smooth', 'sharp'];
