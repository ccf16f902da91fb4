import { describe, expect, it } from 'vitest';
import { pathOf, planeFor, scaleBar } from './projection';

const haiPhong = { lat: 20.86, lon: 106.68 };
const haiDuong = { lat: 20.94, lon: 106.33 };

describe('the plane of a small map', () => {
  it('keeps everything inside its margin, north up', () => {
    const plane = planeFor([haiPhong, haiDuong], 400, 300, 20);
    const [x1, y1] = plane.xy(haiPhong);
    const [x2, y2] = plane.xy(haiDuong);
    for (const x of [x1, x2]) expect(x >= 20 && x <= 380).toBe(true);
    for (const y of [y1, y2]) expect(y >= 20 && y <= 280).toBe(true);
    expect(x2).toBeLessThan(x1);
    expect(y2).toBeLessThan(y1);
  });

  it('shows a lone place in the middle', () => {
    expect(planeFor([haiPhong], 400, 300).xy(haiPhong)).toEqual([200, 150]);
  });

  it('has equal metres in both directions', () => {
    const plane = planeFor([haiPhong, haiDuong], 400, 400);
    const [x, y] = plane.xy(haiPhong);
    const north = plane.xy({ lat: haiPhong.lat + 1000 / 111_320, lon: haiPhong.lon });
    const east = plane.xy({
      lat: haiPhong.lat,
      lon: haiPhong.lon + 1000 / (111_320 * Math.cos((20.9 * Math.PI) / 180)),
    });
    expect(y - north[1]).toBeCloseTo(east[0] - x, 0);
    expect(y - north[1]).toBeCloseTo(1000 / plane.metres, 0);
  });

  it('draws a path and a round scale bar', () => {
    const plane = planeFor([haiPhong, haiDuong], 400, 300);
    expect(
      pathOf(
        {
          type: 'LineString',
          coordinates: [
            [106.33, 20.94],
            [106.68, 20.86],
          ],
        },
        plane,
      ),
    ).toMatch(/^M[\d.]+ [\d.]+L[\d.]+ [\d.]+$/);
    const bar = scaleBar(plane);
    expect(bar.metres).toBe(10_000);
    expect(bar.units).toBeLessThanOrEqual(400 / 3);
  });
});
