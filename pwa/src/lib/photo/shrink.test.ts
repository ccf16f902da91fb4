import { expect, it } from 'vitest';
import { fitted } from './shrink';

it('fits a photograph into the edge and never enlarges it', () => {
  expect(fitted(4000, 3000, 1600)).toEqual({ width: 1600, height: 1200 });
  expect(fitted(3000, 4000, 1600)).toEqual({ width: 1200, height: 1600 });
  expect(fitted(800, 600, 1600)).toEqual({ width: 800, height: 600 });
  expect(fitted(10_000, 1, 1600)).toEqual({ width: 1600, height: 1 });
});
