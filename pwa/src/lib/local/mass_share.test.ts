import { describe, expect, it } from 'vitest';
import { chance } from '$lib/testing/chance';
import { shareMass } from './mass_share';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('sharing a mass over lines', () => {
  it('keeps every gram, gives nobody a negative share and stays within one gram of the proportion', () => {
    const next = chance(7).next;
    for (let round = 0; round < 3_000; round += 1) {
      const weights = Array.from({ length: 1 + Math.floor(next() * 12) }, () =>
        Math.floor(next() * 40_000_000),
      );
      const total = Math.floor(next() * 40_000_000);
      const shares = shareMass(total, weights);
      expect(sum(shares)).toBe(total);
      const all = sum(weights);
      shares.forEach((share, index) => {
        expect(share).toBeGreaterThanOrEqual(0);
        if (all > 0) expect(Math.abs(share - (total * (weights[index] ?? 0)) / all)).toBeLessThan(1.01);
      });
    }
  });
  it('is exact where floats are not', () => {
    const weights = [999_999_999, 999_999_998, 3];
    expect(sum(shareMass(999_999_999, weights))).toBe(999_999_999);
  });
  it('shares alike when nothing was declared', () => {
    expect(shareMass(10, [0, 0, 0])).toEqual([4, 3, 3]);
  });
  it('gives all to a single line and nothing for nothing', () => {
    expect(shareMass(430_500, [481_000])).toEqual([430_500]);
    expect(shareMass(0, [5, 5])).toEqual([0, 0]);
    expect(shareMass(5, [])).toEqual([]);
  });
});
