/** Reads QR codes off the main thread, so that the picture never stutters. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { CYCLE, type ReadAnswer, type ReadRequest, type Step } from './protocol';

// Without this the library would fetch its wasm from elsewhere.
prepareZXingModule({ overrides: { locateFile: () => wasm } });

const BASE: ReaderOptions = { formats: ['QRCode'], maxNumberOfSymbols: 1, tryDownscale: true };
const OPTIONS: Record<Exclude<Step, 'all'>, ReaderOptions> = {
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

async function read(frame: ImageBitmap, step: Step): Promise<string | null> {
  for (const each of step === 'all' ? CYCLE : [step]) {
    const [found] = await readBarcodes(pixels(frame, each === 'blurred'), OPTIONS[each]);
    if (found?.isValid && found.text !== '') return found.text;
  }
  return null;
}

self.addEventListener('message', (event: MessageEvent<ReadRequest>) => {
  const { id, frame, step } = event.data;
  void read(frame, step)
    .catch(() => null)
    .then((text) => {
      frame.close();
      const answer: ReadAnswer = { id, text };
      self.postMessage(answer);
    });
});
