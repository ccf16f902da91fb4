/** The page's side of the reading worker. */
import { CYCLE, type ReadAnswer, type ReadRequest, type Step } from './protocol';

export interface Reader {
  /** Reads one frame with these steps; takes the frame over. Null when there is no code in it. */
  read(frame: ImageBitmap, steps: readonly Step[]): Promise<string | null>;
  stop(): void;
}

export function startReader(): Reader {
  const worker = new Worker(new URL('./reader.worker.ts', import.meta.url), { type: 'module' });
  const open = new Map<number, (text: string | null) => void>();
  let next = 0;
  worker.addEventListener('message', (event: MessageEvent<ReadAnswer>) => {
    open.get(event.data.id)?.(event.data.text);
    open.delete(event.data.id);
  });
  return {
    read(frame, steps) {
      const id = next++;
      const request: ReadRequest = { id, frame, steps };
      return new Promise((resolve) => {
        open.set(id, resolve);
        worker.postMessage(request, [frame]);
      });
    },
    stop() {
      worker.terminate();
      for (const resolve of open.values()) resolve(null);
      open.clear();
    },
  };
}

/** The longest side of a photo that is worth reading, in pixels. */
const PHOTO_MAX = 2_400;

/** Reads a photo or a picture file; null when there is no code in it or it is no picture. */
export async function readPhoto(file: Blob): Promise<string | null> {
  const whole = await createImageBitmap(file).catch(() => null);
  if (whole === null) return null;
  const scale = Math.min(1, PHOTO_MAX / Math.max(whole.width, whole.height));
  const frame =
    scale === 1
      ? whole
      : await createImageBitmap(whole, {
          resizeWidth: Math.round(whole.width * scale),
          resizeHeight: Math.round(whole.height * scale),
          resizeQuality: 'high',
        });
  const reader = startReader();
  try {
    return await reader.read(frame, CYCLE);
  } finally {
    reader.stop();
  }
}
