/** The camera as a stream of codes: one frame at a time, the next only when the last is read. */
import { rememberedCamera, rememberCamera } from './camera_choice';
import { CYCLE } from './protocol';
import { startReader } from './reader';

export type CameraProblem = 'denied' | 'missing' | 'busy' | 'insecure';

/** One of the phone's cameras. */
export interface Lens {
  id: string;
  /** As the browser names it; empty before the camera was allowed. */
  label: string;
}

export interface Camera {
  /** Whether this camera has a lamp. */
  readonly hasTorch: boolean;
  /** Settings to choose from, that of the start first; one alone when it cannot zoom. */
  readonly zooms: readonly number[];
  /** Every camera of the phone, and which one this is. */
  readonly lenses: readonly Lens[];
  readonly lens: string | null;
  /** Switches the lamp; true when it is as wanted. */
  torch(on: boolean): Promise<boolean>;
  /** Magnifies; true when it is as wanted. */
  zoom(factor: number): Promise<boolean>;
  stop(): void;
}

/** What lies in a track's capabilities beyond the standard's types. */
interface Capabilities extends MediaTrackCapabilities {
  torch?: boolean;
  zoom?: { min: number; max: number };
  focusMode?: string[];
}

/** What the error of getUserMedia means to a person. */
export function cameraProblem(error: unknown): CameraProblem {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'missing';
}

/**
 * Settings for 1, 1.5, 2 and 3 times what the camera starts with, as far as it can: a thumb in a glove finds no slider.
 * One alone when it cannot zoom.
 */
export function zoomSteps(zoom: { min: number; max: number } | undefined, now: number | undefined): number[] {
  const start = now ?? zoom?.min ?? 1;
  if (zoom === undefined || start <= 0) return [start];
  return [1, 1.5, 2, 3].map((factor) => factor * start).filter((setting) => setting <= zoom.max);
}

const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** The camera chosen on this phone before, else the back one; a chosen one that is gone is forgotten. */
async function open(chosen: string | null): Promise<MediaStream> {
  const back = { audio: false, video: { ...SIZE, facingMode: { ideal: 'environment' } } };
  if (chosen === null) return navigator.mediaDevices.getUserMedia(back);
  try {
    const video = { ...SIZE, deviceId: { exact: chosen } };
    return await navigator.mediaDevices.getUserMedia({ audio: false, video });
  } catch (error) {
    if (cameraProblem(error) !== 'missing') throw error;
    rememberCamera(null);
    return navigator.mediaDevices.getUserMedia(back);
  }
}

async function lensesOf(): Promise<Lens[]> {
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return all
    .filter(({ kind }) => kind === 'videoinput')
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}

/** Starts a camera in `video` and calls back with every code's text. Throws the browser's error. */
export async function startCamera(video: HTMLVideoElement, onText: (text: string) => void): Promise<Camera> {
  const stream = await open(rememberedCamera());
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
      const text = await reader.read(frame, [CYCLE[step % CYCLE.length] ?? 'whole']);
      if (text !== null && running) onText(text);
    }
  }

  /** Asks the camera for something; true when it did it. */
  async function apply(wish: Record<string, unknown>): Promise<boolean> {
    if (track === undefined) return false;
    return track.applyConstraints({ advanced: [wish as MediaTrackConstraintSet] }).then(
      () => true,
      () => false,
    );
  }

  const capabilities = track?.getCapabilities?.() as Capabilities | undefined;
  const settings = track?.getSettings() as (MediaTrackSettings & { zoom?: number }) | undefined;
  if (capabilities?.focusMode?.includes('continuous') === true) void apply({ focusMode: 'continuous' });
  return {
    hasTorch: capabilities?.torch === true,
    zooms: zoomSteps(capabilities?.zoom, settings?.zoom),
    lenses: await lensesOf(),
    lens: settings?.deviceId ?? null,
    torch: (on) => apply({ torch: on }),
    zoom: (factor) => apply({ zoom: factor }),
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
