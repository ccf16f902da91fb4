/** Reading one frame with one step of the cycle; runs in the worker, and on the page where a test measures it. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { Step } from './protocol';

// Without this the library would fetch its wasm from elsewhere.
prepareZXingModule({ overrides: { locateFile: () => wasm } });

const OPTIONS: ReaderOptions = {
  formats: ['QRCode'],
  maxNumberOfSymbols: 1,
  tryHarder: true,
  tryInvert: true,
  tryDenoise: true,
};

/** Blurs of the `sharp` step in pixels: of noise, of edges, of shade. */
const NOISE_PX = 0.7;
const EDGE_PX = 3;
const SHADE_PX = 24;
/** How much of what a blur takes from the edges is given back, several times over. */
const EDGE_GAIN = 4;
/** Grey levels that the sharpened picture shall spread by, as a standard deviation. */
const SPREAD = 48;
/** Below this a picture is flat: nothing is brought out of its noise, grey levels. */
const FLAT = 2;

const canvases = new Map<string, OffscreenCanvas>();

/** The frame through a filter, at a share of its size; each has a canvas of its own, made once. */
function pixels(frame: ImageBitmap, filter = 'none', share = 1): ImageData {
  const [width, height] = [Math.round(frame.width * share), Math.round(frame.height * share)];
  const name = `${filter} ${share}`;
  const canvas = canvases.get(name) ?? new OffscreenCanvas(width, height);
  canvases.set(name, canvas);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.filter = filter;
  context.imageSmoothingQuality = 'high';
  context.drawImage(frame, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

const blur = (px: number) => `blur(${px}px)`;

/** What stands out from its surroundings, noise left out and edges brought back, spread over the whole scale. */
function sharpened(frame: ImageBitmap): ImageData {
  const image = pixels(frame, blur(NOISE_PX));
  const soft = pixels(frame, blur(EDGE_PX)).data;
  const shade = pixels(frame, blur(SHADE_PX)).data;
  const { data } = image;
  const detail = new Float32Array(data.length / 4);
  let sum = 0;
  for (let at = 0, pixel = 0; at < data.length; at += 4, pixel += 1) {
    // Green alone: it carries most of the light, and grey labels have no colour.
    const here = data[at + 1] ?? 0;
    const value = here - (shade[at + 1] ?? 0) + EDGE_GAIN * (here - (soft[at + 1] ?? 0));
    detail[pixel] = value;
    sum += value * value;
  }
  const gain = SPREAD / Math.max(FLAT, Math.sqrt(sum / detail.length));
  // Clamped by the array itself.
  for (let at = 0, pixel = 0; at < data.length; at += 4, pixel += 1) {
    data[at] = data[at + 1] = data[at + 2] = 128 + gain * (detail[pixel] ?? 0);
  }
  return image;
}

const PREPARED: Record<Step, (frame: ImageBitmap) => ImageData> = {
  half: (frame) => pixels(frame, 'none', 0.5),
  whole: (frame) => pixels(frame),
  smooth: (frame) => pixels(frame, blur(1.5)),
  sharp: sharpened,
};

/** The sharpened picture has one level everywhere: one threshold for all of it reads what local ones tear apart. */
const THRESHOLDS: Record<Step, readonly ReaderOptions[]> = {
  half: [OPTIONS],
  whole: [OPTIONS],
  smooth: [OPTIONS],
  sharp: [OPTIONS, { ...OPTIONS, binarizer: 'GlobalHistogram' }],
};

/** The text of the code in a frame, or null when this step finds none. */
export async function readFrame(frame: ImageBitmap, step: Step): Promise<string | null> {
  const image = PREPARED[step](frame);
  for (const options of THRESHOLDS[step]) {
    const [found] = await readBarcodes(image, options);
    if (found?.isValid === true && found.text !== '') return found.text;
  }
  return null;
}
