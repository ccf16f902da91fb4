/**
 * How each hard frame is taken: ranges of one class, drawn from a seeded dice, so that frame 7 of `blur` is the same
 * in every run. Lengths in pixels of a 1280 × 720 frame, angles in radians, levels of grey from 0 to 255.
 */

export const CLASSES = [
  'clean',
  'rotation',
  'perspective',
  'blur',
  'motion',
  'dark_noise',
  'glare',
  'dirt',
  'small',
  'low_contrast',
  'inverted',
  'combined',
  'screen',
] as const;
export type FrameClass = (typeof CLASSES)[number];

/** Most frames of one class. */
export const PER_CLASS = 20;

/** An ellipse on the label, in shares of the code's side, the middle of the code being 0, 0. */
export interface Spot {
  x: number;
  y: number;
  rx: number;
  ry: number;
  turn: number;
}

export interface Shot {
  /** Side of the code without its quiet zone, seen straight on. */
  side: number;
  /** Turn in the picture's plane, then tilt about an axis in that plane. */
  turn: number;
  tilt: number;
  tiltAxis: number;
  centre: [number, number];
  /** Standard deviation of the defocus. */
  blur: number;
  /** What the hand moved while the shutter was open. */
  motion: [number, number];
  /** Grey level of black ink and of white paper under the brightest light. */
  ink: number;
  paper: number;
  /** Share of light lost from one side of the frame to the other, and the direction. */
  shade: number;
  shadeAxis: number;
  /** Standard deviation of the sensor's noise, in grey levels. */
  noise: number;
  /** Saturated reflections. */
  glare: Spot[];
  /** Mud, oil and torn paper, with their reflectance. */
  dirt: (Spot & { reflects: number })[];
  inverted: boolean;
  /** Period and depth of a screen's pixel grid and refresh band; null for paper. */
  grid: { period: number; depth: number; band: number } | null;
  /** Quality of the JPEG that the frame passed through. */
  jpeg: number;
}

export type Dice = () => number;

/** Mulberry32: small, seeded, the same everywhere. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The dice of one frame. */
export function diceOf(kind: FrameClass, index: number): Dice {
  return dice(1_000_003 * (CLASSES.indexOf(kind) + 1) + 7_919 * index + 20_261);
}

/** The shot of one frame of a class; `modules` is how many modules wide the code is. */
export function shotOf(kind: FrameClass, modules: number, roll: Dice): Shot {
  const between = (low: number, high: number) => low + (high - low) * roll();
  const around = (most: number) => between(-most, most);
  const direction = () => between(0, 2 * Math.PI);
  const shot: Shot = {
    side: between(330, 540),
    turn: around(0.17),
    tilt: between(0, 0.17),
    tiltAxis: direction(),
    centre: [640 + around(60), 360 + around(30)],
    blur: between(0.5, 0.9),
    motion: [0, 0],
    ink: between(18, 40),
    paper: between(180, 235),
    shade: between(0, 0.25),
    shadeAxis: direction(),
    noise: between(1.5, 4),
    glare: [],
    dirt: [],
    inverted: false,
    grid: null,
    jpeg: between(0.75, 0.92),
  };
  const module = () => shot.side / modules;
  const move = (length: number) => {
    const way = direction();
    shot.motion = [length * Math.cos(way), length * Math.sin(way)];
  };
  const spots = (count: number, low: number, high: number): Spot[] =>
    Array.from({ length: count }, () => ({
      x: around(0.5),
      y: around(0.5),
      rx: between(low, high),
      ry: between(low, high),
      turn: direction(),
    }));
  const soil = (count: number, low: number, high: number) => {
    shot.dirt = spots(count, low, high).map((spot) => ({
      ...spot,
      reflects: roll() < 0.6 ? between(0.05, 0.3) : between(0.7, 0.9),
    }));
  };
  switch (kind) {
    case 'clean':
      break;
    case 'rotation':
      shot.turn = direction();
      break;
    case 'perspective':
      shot.side = between(420, 600);
      shot.tilt = between(0.55, 0.95);
      break;
    case 'blur':
      shot.side = between(380, 560);
      shot.blur = module() * between(0.34, 0.56);
      break;
    case 'motion':
      shot.side = between(380, 560);
      move(module() * between(0.9, 1.75));
      break;
    case 'dark_noise':
      shot.side = between(380, 560);
      shot.ink = between(10, 20);
      shot.paper = shot.ink + between(32, 60);
      shot.noise = between(14, 24);
      break;
    case 'glare':
      shot.glare = spots(1 + Math.floor(roll() * 2), 0.08, 0.2);
      shot.noise = between(2, 6);
      break;
    case 'dirt':
      soil(5 + Math.floor(roll() * 8), 0.01, 0.038);
      break;
    case 'small':
      shot.side = modules * between(2.05, 3.2);
      shot.blur = between(0.5, 0.75);
      shot.centre = [640 + around(400), 360 + around(200)];
      break;
    case 'low_contrast':
      shot.ink = between(90, 150);
      shot.paper = shot.ink + between(12, 26);
      shot.shade = between(0.1, 0.35);
      shot.noise = between(1.2, 2.4);
      break;
    case 'inverted':
      shot.inverted = true;
      shot.turn = direction();
      break;
    case 'combined':
      shot.side = between(330, 480);
      shot.turn = direction();
      shot.tilt = between(0.25, 0.6);
      shot.blur = module() * between(0.2, 0.38);
      move(module() * between(0.2, 0.7));
      shot.ink = between(30, 60);
      shot.paper = shot.ink + between(55, 110);
      shot.shade = between(0.2, 0.45);
      shot.noise = between(4, 9);
      soil(4 + Math.floor(roll() * 6), 0.01, 0.03);
      break;
    case 'screen':
      shot.side = between(340, 520);
      shot.turn = around(0.5);
      shot.tilt = between(0.05, 0.45);
      shot.ink = between(20, 60);
      shot.paper = between(225, 300);
      shot.glare = spots(1, 0.05, 0.12);
      shot.grid = { period: between(1.6, 3.4), depth: between(0.08, 0.22), band: between(0.1, 0.35) };
      break;
  }
  return shot;
}
