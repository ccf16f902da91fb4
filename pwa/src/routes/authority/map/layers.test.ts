import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Topology } from 'topojson-specification';
import { ARCHIPELAGOS, PICTURE, place, provinceShapes } from './layers';

const topology = JSON.parse(readFileSync('../migrations/reference/provinces.topojson', 'utf8')) as Topology;

describe('the layer of provinces', () => {
  const shapes = provinceShapes(topology);
  const subpaths = (code: string) =>
    shapes.find((shape) => shape.code === code)?.path.match(/M/g)?.length ?? 0;

  it('draws all 34 provinces inside the picture', () => {
    expect(shapes).toHaveLength(34);
    for (const { at, path } of shapes) {
      expect(path).not.toBe('');
      expect(at[0] > 0 && at[0] < PICTURE.width && at[1] > 0 && at[1] < PICTURE.height).toBe(true);
    }
  });

  it('keeps the islands of Hoàng Sa in Đà Nẵng and of Trường Sa in Khánh Hoà', () => {
    expect(subpaths('48')).toBeGreaterThan(30);
    expect(subpaths('56')).toBeGreaterThan(100);
  });

  it('has room for the names of both archipelagos', () => {
    for (const { lon, lat } of ARCHIPELAGOS) {
      const [x, y] = place(lon, lat);
      expect(x > 100 && x < PICTURE.width - 100 && y > 0 && y < PICTURE.height).toBe(true);
    }
  });
});
