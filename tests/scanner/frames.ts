/** Takes a shot: a label with a code on a wall, through lens, hand, light and sensor, as one grey frame. */
import type { Dice, Shot, Spot } from './shots';

export const WIDTH = 1280;
export const HEIGHT = 720;
/** Focal length in pixels: a phone's main camera at this size. */
const FOCAL = 1_050;
/** Samples a pixel and axis. */
const FINE = 3;
/** Of the wall behind the label, as reflectance. */
const WALL = 0.42;
/** Texels a module of the label as it lies on the table. */
const TEXELS = 8;
/** Modules of quiet zone, and of label beyond it. */
const QUIET = 4;
const MARGIN = 5;

type Matrix = [number, number, number, number, number, number, number, number, number];

/** Grey levels, row by row, of a frame of WIDTH × HEIGHT. */
export function take(code: boolean[][], wanted: Shot, roll: Dice): Uint8ClampedArray<ArrayBuffer> {
  const shot = framed(wanted, code.length);
  let light = reflected(code, shot);
  if (shot.motion[0] !== 0 || shot.motion[1] !== 0) light = moved(light, shot.motion);
  light = defocused(light, shot.blur);
  return sensed(light, shot, roll);
}

/** The homography from the label's plane (1 = the code's side) to pixels. */
function projection(shot: Shot): Matrix {
  const { side, turn, tilt, tiltAxis, centre } = shot;
  const [ux, uy] = [Math.cos(tiltAxis), Math.sin(tiltAxis)];
  const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
  // Rodrigues' rotation about (ux, uy, 0), first two columns.
  const rotated = (x: number, y: number): [number, number, number] => {
    const along = (ux * x + uy * y) * (1 - c);
    return [x * c + ux * along, y * c + uy * along, (ux * y - uy * x) * s];
  };
  const project = ([x, y, z]: [number, number, number]): [number, number, number] => [
    side * (FOCAL * x + centre[0] * z),
    side * (FOCAL * y + centre[1] * z),
    side * z,
  ];
  const [ax, ay, az] = project(rotated(Math.cos(turn), Math.sin(turn)));
  const [bx, by, bz] = project(rotated(-Math.sin(turn), Math.cos(turn)));
  return [ax, bx, centre[0] * FOCAL, ay, by, centre[1] * FOCAL, az, bz, FOCAL];
}

/** The same shot from as far as it takes to have the code and half of its quiet zone in the picture. */
function framed(shot: Shot, modules: number): Shot {
  const edge = 0.5 + QUIET / 2 / modules;
  const corners = [-edge, edge].flatMap((u) => [-edge, edge].map((v) => [u, v] as const));
  const isInside = (side: number) => {
    const m = projection({ ...shot, side });
    return corners.every(([u, v]) => {
      const w = m[6] * u + m[7] * v + m[8];
      const [x, y] = [(m[0] * u + m[1] * v + m[2]) / w, (m[3] * u + m[4] * v + m[5]) / w];
      return w > 0 && x >= 0 && y >= 0 && x <= WIDTH && y <= HEIGHT;
    });
  };
  let { side } = shot;
  while (!isInside(side)) side *= 0.98;
  return { ...shot, side };
}

function inverse(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    (e * i - f * h) / det,
    (c * h - b * i) / det,
    (b * f - c * e) / det,
    (f * g - d * i) / det,
    (a * i - c * g) / det,
    (c * d - a * f) / det,
    (d * h - e * g) / det,
    (b * g - a * h) / det,
    (a * e - b * d) / det,
  ];
}

/** Below 1 inside the ellipse, above it outside. */
function inside({ x, y, rx, ry, turn }: Spot, u: number, v: number): number {
  const [dx, dy] = [u - x, v - y];
  const far = 1.5 * Math.max(rx, ry);
  if (Math.abs(dx) > far || Math.abs(dy) > far) return Number.POSITIVE_INFINITY;
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  return ((dx * c + dy * s) / rx) ** 2 + ((dy * c - dx * s) / ry) ** 2;
}

/** The label as it lies on the table: reflectance, `TEXELS` a module, with its quiet zone, its margin and its dirt. */
function label(code: boolean[][], shot: Shot): { texels: Float32Array; side: number } {
  const modules = code.length;
  const side = (modules + 2 * (QUIET + MARGIN)) * TEXELS;
  const texels = new Float32Array(side * side);
  for (let row = 0, at = 0; row < side; row += 1) {
    const y = Math.floor(row / TEXELS) - QUIET - MARGIN;
    for (let column = 0; column < side; column += 1, at += 1) {
      const dark = code[y]?.[Math.floor(column / TEXELS) - QUIET - MARGIN] === true;
      texels[at] = dark !== shot.inverted ? 0 : 1;
    }
  }
  const texel = (share: number) => Math.round(((share + 0.5) * modules + QUIET + MARGIN) * TEXELS);
  for (const spot of shot.dirt) {
    const far = 1.5 * Math.max(spot.rx, spot.ry);
    const ragged = spot.x * 97 + spot.y * 31;
    for (let row = Math.max(0, texel(spot.y - far)); row < Math.min(side, texel(spot.y + far)); row += 1) {
      const v = (row / TEXELS - QUIET - MARGIN) / modules - 0.5;
      for (
        let column = Math.max(0, texel(spot.x - far));
        column < Math.min(side, texel(spot.x + far));
        column += 1
      ) {
        const u = (column / TEXELS - QUIET - MARGIN) / modules - 0.5;
        const edge = 1 + 0.35 * Math.sin(9 * Math.atan2(v - spot.y, u - spot.x) + ragged);
        if (inside(spot, u, v) < edge) texels[row * side + column] = spot.reflects;
      }
    }
  }
  return { texels, side };
}

/** Share of the light that comes back from each pixel: 0 black, 1 white, more where it dazzles. */
function reflected(code: boolean[][], shot: Shot): Float32Array<ArrayBuffer> {
  const back = inverse(projection(shot));
  const { texels, side } = label(code, shot);
  const scale = code.length * TEXELS;
  const light = new Float32Array(WIDTH * HEIGHT);
  const [ax, ay] = [Math.cos(shot.shadeAxis), Math.sin(shot.shadeAxis)];
  for (let y = 0, at = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1, at += 1) {
      let sum = 0;
      let dazzle = 0;
      for (let sub = 0; sub < FINE * FINE; sub += 1) {
        const px = x + ((sub % FINE) + 0.5) / FINE;
        const py = y + (Math.floor(sub / FINE) + 0.5) / FINE;
        const w = back[6] * px + back[7] * py + back[8];
        const u = (back[0] * px + back[1] * py + back[2]) / w;
        const v = (back[3] * px + back[4] * py + back[5]) / w;
        const [column, row] = [Math.floor(u * scale + side / 2), Math.floor(v * scale + side / 2)];
        const on = column >= 0 && row >= 0 && column < side && row < side;
        sum += on ? (texels[row * side + column] ?? 0) : WALL;
        if (sub === 4) for (const spot of shot.glare) dazzle += Math.exp(-2 * inside(spot, u, v) ** 2);
      }
      const shade = 1 - shot.shade * (0.5 + ((x - 640) * ax + (y - 360) * ay) / 1280);
      light[at] = (sum / (FINE * FINE)) * shade + 1.6 * dazzle;
    }
  }
  if (shot.grid !== null) {
    const { period, depth, band } = shot.grid;
    const wave = (2 * Math.PI) / period;
    for (let y = 0, at = 0; y < HEIGHT; y += 1) {
      const bar = 1 - band * Math.max(0, Math.sin((2 * Math.PI * (y + shot.side)) / 520)) ** 4;
      for (let x = 0; x < WIDTH; x += 1, at += 1) {
        const pixel = 1 - depth * 0.5 * (2 + Math.sin(x * wave) + Math.sin(y * wave));
        light[at] = (light[at] ?? 0) * bar * pixel;
      }
    }
  }
  return light;
}

/** The mean along the way that the hand moved. */
function moved(light: Float32Array, [dx, dy]: [number, number]): Float32Array<ArrayBuffer> {
  const steps = Math.max(2, Math.ceil(Math.hypot(dx, dy) * 2));
  const out = new Float32Array(light.length);
  for (let step = 0; step < steps; step += 1) {
    const share = step / (steps - 1) - 0.5;
    const [ox, oy] = [share * dx, share * dy];
    const [ix, iy] = [Math.floor(ox), Math.floor(oy)];
    const [fx, fy] = [ox - ix, oy - iy];
    for (let y = 0; y < HEIGHT; y += 1) {
      const y0 = Math.min(HEIGHT - 1, Math.max(0, y + iy)) * WIDTH;
      const y1 = Math.min(HEIGHT - 1, Math.max(0, y + iy + 1)) * WIDTH;
      for (let x = 0; x < WIDTH; x += 1) {
        const x0 = Math.min(WIDTH - 1, Math.max(0, x + ix));
        const x1 = Math.min(WIDTH - 1, Math.max(0, x + ix + 1));
        const top = (light[y0 + x0] ?? 0) * (1 - fx) + (light[y0 + x1] ?? 0) * fx;
        const low = (light[y1 + x0] ?? 0) * (1 - fx) + (light[y1 + x1] ?? 0) * fx;
        out[y * WIDTH + x] = (out[y * WIDTH + x] ?? 0) + (top * (1 - fy) + low * fy) / steps;
      }
    }
  }
  return out;
}

/** A Gaussian of this standard deviation, row by row and then column by column. */
function defocused(light: Float32Array, sigma: number): Float32Array<ArrayBuffer> {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-((at - reach) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (from: Float32Array, along: number, lines: number, step: number, next: number) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < lines; line += 1) {
      const start = line * next;
      for (let at = 0; at < along; at += 1) {
        let sum = 0;
        for (let k = -reach; k <= reach; k += 1) {
          const near = Math.min(along - 1, Math.max(0, at + k));
          sum += (from[start + near * step] ?? 0) * (weights[k + reach] ?? 0);
        }
        to[start + at * step] = sum / total;
      }
    }
    return to;
  };
  return pass(pass(light, WIDTH, HEIGHT, 1, WIDTH), HEIGHT, WIDTH, WIDTH, 1);
}

/** Grey levels with the sensor's noise. */
function sensed(light: Float32Array, shot: Shot, roll: Dice): Uint8ClampedArray<ArrayBuffer> {
  const grey = new Uint8ClampedArray(light.length);
  const { ink, paper, noise } = shot;
  for (let at = 0; at < light.length; at += 2) {
    // Box and Muller: two normal deviates from two uniform ones.
    const far = Math.sqrt(-2 * Math.log(1 - roll())) * noise;
    const way = 2 * Math.PI * roll();
    grey[at] = ink + (paper - ink) * (light[at] ?? 0) + far * Math.cos(way);
    grey[at + 1] = ink + (paper - ink) * (light[at + 1] ?? 0) + far * Math.sin(way);
  }
  return grey;
}
