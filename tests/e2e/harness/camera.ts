/**
 * What a phone's camera sees. Chromium plays a motion-JPEG file as its camera and reads it anew whenever a page opens
 * the camera, so one browser can be shown one code after the other: `show` draws the picture as a hand would hold it.
 */
import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from '@playwright/test';
import { encode } from 'uqr';

/** A code as it is drawn: the picture the server made, or modules of a text it would never make. */
export type Shown = { png: Buffer } | { text: string };

export interface Camera {
  /** From now on every camera that is opened sees this code. */
  show(what: Shown): Promise<void>;
  /** The screen of another phone that shows these codes one after the other. */
  showSeries(texts: readonly string[]): Promise<void>;
  /** A view of the yard without any code. */
  showNothing(): Promise<void>;
  close(): Promise<void>;
}

const FRAMES = 30;
/** Pictures of each code of a series. */
const EACH = 8;

export async function cameraOf(browser: Browser, file: string): Promise<Camera> {
  let easel: Page | null = null;
  const page = async () => (easel ??= await (await browser.newContext()).newPage());
  const draw = async (source: string | null, modules: boolean[][] | null, count = FRAMES) => {
    const frames = await (await page()).evaluate(drawn, { source, modules, count });
    return Buffer.concat(frames.map((frame) => Buffer.from(frame, 'base64')));
  };
  const write = async (source: string | null, modules: boolean[][] | null) =>
    writeFile(file, await draw(source, modules));
  return {
    show: (what) =>
      'png' in what
        ? write(`data:image/png;base64,${what.png.toString('base64')}`, null)
        : write(null, encode(what.text, { ecc: 'M', border: 4 }).data),
    async showSeries(texts) {
      const parts: Buffer[] = [];
      for (const text of texts)
        parts.push(await draw(null, encode(text, { ecc: 'L', border: 4 }).data, EACH));
      await writeFile(file, Buffer.concat(parts));
    },
    showNothing: () => write(null, null),
    async close() {
      await easel?.context().close();
    },
  };
}

/** Runs in a page: frames of 1280 × 720 with a label on a wall, a little turned, tilted, noisy and never quite still. */
async function drawn(wanted: {
  source: string | null;
  modules: boolean[][] | null;
  count: number;
}): Promise<string[]> {
  const label = document.createElement('canvas');
  const paint = label.getContext('2d') as CanvasRenderingContext2D;
  if (wanted.source !== null) {
    const picture = new Image();
    picture.src = wanted.source;
    await picture.decode();
    label.width = label.height = 640;
    paint.imageSmoothingEnabled = false;
    paint.fillStyle = '#fff';
    paint.fillRect(0, 0, 640, 640);
    paint.drawImage(picture, 20, 20, 600, 600);
  } else if (wanted.modules !== null) {
    const size = wanted.modules.length;
    label.width = label.height = size * 10;
    paint.fillStyle = '#fff';
    paint.fillRect(0, 0, size * 10, size * 10);
    paint.fillStyle = '#000';
    wanted.modules.forEach((row, y) =>
      row.forEach((dark, x) => dark && paint.fillRect(x * 10, y * 10, 10, 10)),
    );
  }

  const canvas = (width: number, height: number) => {
    const made = document.createElement('canvas');
    made.width = width;
    made.height = height;
    return { made, draw: made.getContext('2d') as CanvasRenderingContext2D };
  };
  // Strips of falling height stand for a label that is seen slightly from the side.
  const tilted = canvas(500, 520);
  for (let strip = 0; strip < 125 && label.height > 0; strip += 1) {
    const height = 520 * (1 - (0.06 * strip) / 125);
    const width = label.width / 125;
    tilted.draw.drawImage(
      label,
      strip * width,
      0,
      width,
      label.height,
      strip * 4,
      (520 - height) / 2,
      4.5,
      height,
    );
  }
  // The noise of a sensor in the evening, laid over every frame at another place.
  const noise = canvas(1400, 840);
  const grain = noise.draw.createImageData(1400, 840);
  for (let at = 0; at < grain.data.length; at += 4) {
    grain.data[at] = grain.data[at + 1] = grain.data[at + 2] = Math.random() < 0.5 ? 0 : 255;
    grain.data[at + 3] = Math.random() * 26;
  }
  noise.draw.putImageData(grain, 0, 0);

  const { made: view, draw } = canvas(1280, 720);
  const wall = draw.createLinearGradient(0, 0, 1280, 720);
  wall.addColorStop(0, '#8d9488');
  wall.addColorStop(1, '#5c635f');
  const frames: string[] = [];
  for (let frame = 0; frame < wanted.count; frame += 1) {
    const sway = Math.sin((frame / wanted.count) * 2 * Math.PI);
    draw.resetTransform();
    draw.fillStyle = wall;
    draw.fillRect(0, 0, 1280, 720);
    draw.fillStyle = '#494f45';
    for (let joint = 0; joint < 9; joint += 1) draw.fillRect(0, joint * 84 + 4 * sway, 1280, 5);
    draw.translate(640 + 8 * sway, 360 + 5 * sway);
    draw.rotate(0.07);
    if (wanted.source !== null || wanted.modules !== null) draw.drawImage(tilted.made, -250, -260);
    draw.resetTransform();
    draw.drawImage(noise.made, -((frame * 37) % 120), -((frame * 53) % 120));
    const url = view.toDataURL('image/jpeg', 0.85);
    frames.push(url.slice(url.indexOf(',') + 1));
  }
  return frames;
}
