/** What part of a picture is seen: pure arithmetic of panning and zooming. Lengths are picture units. */

export interface View {
  /** Left top corner. */
  x: number;
  y: number;
  /** How many times larger than the whole. */
  k: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const MAX_ZOOM = 400;

/** The whole picture. */
export const WHOLE: View = { x: 0, y: 0, k: 1 };

/** Zooms so that the point under the finger stays where it is; `px`, `py` are shares of the window, 0 to 1. */
export function zoomAt(view: View, picture: Box, factor: number, px: number, py: number): View {
  const k = clamp(view.k * factor, 1, MAX_ZOOM);
  const x = view.x + px * (picture.width / view.k - picture.width / k);
  const y = view.y + py * (picture.height / view.k - picture.height / k);
  return keepInside({ x, y, k }, picture);
}

/** Moves by shares of the window: a positive `dx` shows what lies to the left. */
export function pan(view: View, picture: Box, dx: number, dy: number): View {
  return keepInside(
    { ...view, x: view.x - (dx * picture.width) / view.k, y: view.y - (dy * picture.height) / view.k },
    picture,
  );
}

/** The closest view that shows a box with some air around it. */
export function viewOf(box: Box, picture: Box, air = 0.25): View {
  const width = Math.max(box.width, picture.width / MAX_ZOOM) * (1 + 2 * air);
  const height = Math.max(box.height, picture.height / MAX_ZOOM) * (1 + 2 * air);
  const k = clamp(Math.min(picture.width / width, picture.height / height), 1, MAX_ZOOM);
  const x = box.x + box.width / 2 - picture.width / k / 2;
  const y = box.y + box.height / 2 - picture.height / k / 2;
  return keepInside({ x, y, k }, picture);
}

/** The box around points, or null without any. */
export function boxOf(points: readonly (readonly [number, number])[]): Box | null {
  if (points.length === 0) return null;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function keepInside(view: View, picture: Box): View {
  return {
    x: clamp(view.x, picture.x, picture.x + picture.width - picture.width / view.k),
    y: clamp(view.y, picture.y, picture.y + picture.height - picture.height / view.k),
    k: view.k,
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
