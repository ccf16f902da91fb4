/** Reads QR codes off the main thread, so that the picture never stutters. */
import type { ReadAnswer, ReadRequest } from './protocol';
import { readFrame } from './read_frame';

async function read({ frame, steps }: ReadRequest): Promise<string | null> {
  for (const step of steps) {
    const text = await readFrame(frame, step);
    if (text !== null) return text;
  }
  return null;
}

self.addEventListener('message', (event: MessageEvent<ReadRequest>) => {
  const request = event.data;
  void read(request)
    .catch(() => null)
    .then((text) => {
      request.frame.close();
      const answer: ReadAnswer = { id: request.id, text };
      self.postMessage(answer);
    });
});
