import { describe, expect, it } from 'vitest';
import type { WasteLine } from '$lib/api/types';
import { Treating } from './treating.svelte';

const line = (number: number, stock_mass_g: number | null): WasteLine =>
  ({ line: number, stock_mass_g, treatment_method: 'TC' }) as WasteLine;
const DAYS = { from: '2026-11-20', to: '2026-11-23' };

describe('what was treated', () => {
  const form = () =>
    new Treating(
      () => [line(1, 480_500), line(2, 0), line(3, 20_001)],
      () => DAYS,
    );

  it('asks only for lines of which something is left, and takes all of it to the gram', () => {
    const treating = form();
    expect(treating.lines.map((each) => each.line)).toEqual([1, 3]);
    expect(Object.keys(treating.errors)).toEqual(['lines']);
    treating.takeAll();
    treating.method[3] = 'TĐ';
    expect(treating.errors).toEqual({});
    expect(treating.eventLines).toEqual([
      { line: 1, mass_g: 480_500, method: 'TC' },
      { line: 3, mass_g: 20_001, method: 'TĐ' },
    ]);
  });

  it('takes no gram more than is left, no mass that is none, and no day before the acceptance or after today', () => {
    const treating = form();
    treating.mass[1] = '480,501';
    treating.mass[3] = 'x';
    expect(Object.keys(treating.errors)).toEqual(['lines[1].mass_g', 'lines[3].mass_g']);
    treating.mass = { 3: '0,001' };
    expect(treating.errors).toEqual({});
    for (const day of ['2026-11-19', '2026-11-24', '']) {
      treating.day = day;
      expect(Object.keys(treating.errors)).toEqual(['performed_on']);
    }
    treating.day = '2026-11-20';
    expect(treating.eventLines).toEqual([{ line: 3, mass_g: 1, method: 'TC' }]);
  });
});
