/** The page of the bench: makes frames, reads them with the real worker, and with its reading function on this page. */
import { CYCLE } from '$lib/scanner/protocol';
import { readFrame } from '$lib/scanner/read_frame';
import { startReader } from '$lib/scanner/reader';
import { codeOf } from '../codes';
import { HEIGHT, take, WIDTH } from '../frames';
import { diceOf, shotOf, type FrameClass } from '../shots';
import { asItComes } from './baseline';

export interface Reading {
  /** Read, with exactly the right text. */
  right: boolean;
  /** Read, with another text. */
  wrong: boolean;
  /** Steps that it took. */
  steps: number;
  ms: number;
}

const reader = startReader();
let expected = '';
let frame: Blob | null = null;
let images: ImageBitmap[] = [];

/** The frame as a camera's encoder leaves it. */
async function encoded(kind: FrameClass, index: number): Promise<Blob> {
  const roll = diceOf(kind, index);
  const { modules } = codeOf(kind);
  const shot = shotOf(kind, modules.length, roll);
  const grey = take(modules, shot, roll);
  const image = new ImageData(WIDTH, HEIGHT);
  new Uint32Array(image.data.buffer).forEach(
    (_, at, all) => (all[at] = 0xff000000 | ((grey[at] ?? 0) * 0x010101)),
  );
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: shot.jpeg });
}

/** One picture for every step: a step takes its picture over, as it does from the camera. */
async function load(): Promise<void> {
  for (const image of images) image.close();
  const blob = frame;
  if (blob === null) throw new Error('no frame was made');
  images = await Promise.all(CYCLE.map(() => createImageBitmap(blob)));
}

async function timed(
  read: (image: ImageBitmap, at: number) => Promise<string | null>,
  most: number,
): Promise<Reading> {
  const began = performance.now();
  let text: string | null = null;
  let steps = 0;
  for (const image of images.slice(0, most)) {
    text = await read(image, steps);
    steps += 1;
    if (text !== null) break;
  }
  const ms = performance.now() - began;
  return { right: text === expected, wrong: text !== null && text !== expected, steps, ms };
}

export const bench = {
  /** Makes a frame and holds it for the readers. */
  async make(kind: FrameClass, index: number): Promise<void> {
    expected = codeOf(kind).text;
    frame = await encoded(kind, index);
    await load();
  },
  /** The frame as base64, to be looked at. */
  async picture(): Promise<string> {
    const bytes = new Uint8Array((await frame?.arrayBuffer()) ?? new ArrayBuffer(0));
    return btoa(bytes.reduce((binary, byte) => binary + String.fromCharCode(byte), ''));
  },
  /** The cycle over the frame in the real worker, one request a step as the camera sends them. */
  async worker(): Promise<Reading> {
    const reading = await timed((image, at) => reader.read(image, CYCLE.slice(at, at + 1)), CYCLE.length);
    await load();
    return reading;
  },
  /** The same on this page's own thread, which a slowed processor slows. */
  page: (): Promise<Reading> => timed((image, at) => readFrame(image, CYCLE[at] ?? 'whole'), CYCLE.length),
  /** The decoder with its own settings, once: what the cycle is worth. */
  baseline: (): Promise<Reading> => timed((image) => asItComes(image), 1),
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
