/** From what a camera gives to what an event keeps: 1,600 pixels at most, some hundred kilobytes, nothing but pixels. */
import { clean, NoPicture } from './clean';

/** Long edge of a kept photograph, pixels: a label's small print is still read. */
const LONG_EDGE = 1600;
/** A photograph above this is compressed harder, bytes: a phone on a bad line sends it in a minute. */
const WANTED_BYTES = 600_000;
const QUALITIES = [0.8, 0.7, 0.6, 0.5];

/** Width and height that fit into a square of `edge`, never larger than they are. */
export function fitted(width: number, height: number, edge: number): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A photograph as it is kept: JPEG, drawn anew the right way up. Throws {@link NoPicture} for what is none. */
export async function shrink(photo: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(photo, { imageOrientation: 'from-image' }).catch(() => {
    throw new NoPicture();
  });
  try {
    const { width, height } = fitted(bitmap.width, bitmap.height, LONG_EDGE);
    const canvas = canvasOf(width, height);
    const draw = canvas.getContext('2d', { alpha: false });
    if (draw === null) throw new NoPicture();
    draw.imageSmoothingQuality = 'high';
    draw.drawImage(bitmap, 0, 0, width, height);
    let bytes = await encoded(canvas, 'image/jpeg', QUALITIES[0]);
    for (const quality of QUALITIES.slice(1)) {
      if (bytes.length <= WANTED_BYTES) break;
      bytes = await encoded(canvas, 'image/jpeg', quality);
    }
    return clean(bytes);
  } finally {
    bitmap.close();
  }
}

const SIGNATURE = { width: 600, height: 240, pen: 4 };

/** Strokes of a signature pad, an SVG path in a box of 600 × 240, as a picture: dark ink on white, PNG. */
export async function drawSignature(strokes: string): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = canvasOf(SIGNATURE.width, SIGNATURE.height);
  const draw = canvas.getContext('2d', { alpha: false });
  if (draw === null) throw new NoPicture();
  draw.fillStyle = '#fff';
  draw.fillRect(0, 0, SIGNATURE.width, SIGNATURE.height);
  draw.strokeStyle = '#0a1a3f';
  draw.lineWidth = SIGNATURE.pen;
  draw.lineCap = draw.lineJoin = 'round';
  draw.stroke(new Path2D(strokes));
  return clean(await encoded(canvas, 'image/png'));
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

async function encoded(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
  if (blob === null || blob.type !== type) throw new NoPicture();
  return new Uint8Array(await blob.arrayBuffer());
}
