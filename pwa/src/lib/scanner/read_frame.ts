/** Reading one frame with one step of the cycle; runs in the worker, and on the page where a test measures it. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { Step } from './protocol';

// Without this the library would fetch its wasm from elsewhere.
prepareZXingModule({ overrides: { locateFile: () => wasm } });

const BASE: ReaderOptions = { formats: ['QRCode'], maxNumberOfSymbols: 1, tryDownscale: true };
const OPTIONS: Record<Step, ReaderOptions> = {
  fast: { ...BASE, tryHarder: false, tryRotate: false, tryInvert: false },
  hard: { ...BASE, tryHarder: true, tryInvert: true, tryDenoise: true },
  blurred: { ...BASE, tryHarder: true, tryInvert: false, tryDenoise: true },
};

let canvas: OffscreenCanvas | null = null;

function pixels(frame: ImageBitmap, blurred: boolean): ImageData {
  canvas ??= new OffscreenCanvas(frame.width, frame.height);
  if (canvas.width !== frame.width || canvas.height !== frame.height) {
    canvas.width = frame.width;
    canvas.height = frame.height;
  }
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.filter = blurred ? 'blur(1px)' : 'none';
  context.drawImage(frame, 0, 0);
  return context.getImageData(0, 0, frame.width, frame.height);
}

/** The text of the code in a frame, or null when this step finds none. */
export async function readFrame(frame: ImageBitmap, step: Step): Promise<string | null> {
  const [found] = await readBarcodes(pixels(frame, step === 'blurred'), OPTIONS[step]);
  return found?.isValid === true && found.text !== '' ? found.text : null;
}
