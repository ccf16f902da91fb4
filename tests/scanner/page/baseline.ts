/** The decoder as it comes, without steps: what the cycle is compared with. */
import { readBarcodes } from 'zxing-wasm/reader';

const canvas = new OffscreenCanvas(1, 1);

export async function asItComes(image: ImageBitmap): Promise<string | null> {
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height);
  const [found] = await readBarcodes(pixels, { formats: ['QRCode'], maxNumberOfSymbols: 1 });
  return found?.isValid === true && found.text !== '' ? found.text : null;
}
