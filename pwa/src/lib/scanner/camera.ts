/** The camera as a stream of codes: one frame at a time, the next only when the last is read. */
import { CYCLE } from './protocol';
import { startReader } from './reader';

export type CameraProblem = 'denied' | 'missing' | 'busy' | 'insecure';

export interface Camera {
  /** Whether this camera has a lamp. */
  readonly hasTorch: boolean;
  /** Switches the lamp; true when it is as wanted. */
  torch(on: boolean): Promise<boolean>;
  stop(): void;
}

/** What the error of getUserMedia means to a person. */
export function cameraProblem(error: unknown): CameraProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'missing';
}

/** Starts the back camera in `video` and calls back with every code's text. Throws the browser's error. */
export async function startCamera(video: HTMLVideoElement, onText: (text: string) => void): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  const track = stream.getVideoTracks()[0];
  const reader = startReader();
  let running = true;
  void loop();

  async function loop(): Promise<void> {
    for (let step = 0; running; step += 1) {
      await nextFrame(video);
      if (!running || video.videoWidth === 0) continue;
      const frame = await createImageBitmap(video).catch(() => null);
      if (frame === null) continue;
      const text = await reader.read(frame, CYCLE[step % CYCLE.length] ?? 'fast');
      if (text !== null && running) onText(text);
    }
  }

  const capabilities = track?.getCapabilities?.() as { torch?: boolean } | undefined;
  return {
    hasTorch: capabilities?.torch === true,
    torch(on) {
      if (track === undefined) return Promise.resolve(false);
      return track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }).then(
        () => true,
        () => false,
      );
    },
    stop() {
      running = false;
      reader.stop();
      for (const each of stream.getTracks()) each.stop();
      video.srcObject = null;
    },
  };
}

function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    // A stalled camera must not stall the loop's end.
    const timer = setTimeout(resolve, 500);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(done);
    else requestAnimationFrame(done);
  });
}
