import { describe, expect, it } from 'vitest';
import { boxOf, MAX_ZOOM, pan, viewOf, WHOLE, zoomAt } from './view';

const picture = { x: 0, y: 0, width: 1000, height: 800 };

describe('panning and zooming', () => {
  it('keeps the point under the finger', () => {
    const before = viewOf({ x: 400, y: 300, width: 100, height: 80 }, picture);
    const at = (view: typeof before) => [view.x + (0.3 * 1000) / view.k, view.y + (0.7 * 800) / view.k];
    const after = zoomAt(before, picture, 2, 0.3, 0.7);
    expect(after.k).toBeCloseTo(before.k * 2);
    expect(at(after)[0]).toBeCloseTo(at(before)[0] ?? 0);
    expect(at(after)[1]).toBeCloseTo(at(before)[1] ?? 0);
  });
  it('never leaves the picture', () => {
    expect(zoomAt(WHOLE, picture, 0.5, 0.5, 0.5)).toEqual(WHOLE);
    expect(pan(WHOLE, picture, 1, 1)).toEqual(WHOLE);
    const corner = pan({ x: 0, y: 0, k: 4 }, picture, -9, -9);
    expect(corner).toEqual({ x: 750, y: 600, k: 4 });
    expect(zoomAt(WHOLE, picture, 1e9, 0, 0).k).toBe(MAX_ZOOM);
  });
  it('shows a box with air around it', () => {
    const view = viewOf({ x: 450, y: 350, width: 100, height: 100 }, picture, 0.25);
    expect(view.x).toBeLessThan(450);
    expect(view.x + 1000 / view.k).toBeGreaterThan(550);
    expect(view.y + 800 / view.k).toBeGreaterThan(450);
  });
  it('finds the box around points', () => {
    expect(boxOf([])).toBeNull();
    expect(
      boxOf([
        [3, 4],
        [1, 9],
      ]),
    ).toEqual({ x: 1, y: 4, width: 2, height: 5 });
  });
});
