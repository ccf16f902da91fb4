import { expect, it } from 'vitest';
import type { StatCross } from '$lib/office/types';
import { arcs, curve } from './arcs';

const shapes = [
  { code: '31', name: 'a', path: '', at: [0, 0] as [number, number] },
  { code: '33', name: 'b', path: '', at: [100, 0] as [number, number] },
];
const cell = (row: string, column: string, grams: number) =>
  ({ row, column, figures: { declared_mass_g: grams, filter: {} } }) as unknown as StatCross['cells'][number];

it('draws what it knows the places of, the largest on top', () => {
  const drawn = arcs([cell('31', '33', 400), cell('33', '31', 100), cell('', '33', 900)], shapes);
  expect(drawn.map(({ key }) => key)).toEqual(['33-31', '31-33']);
  expect(drawn[1]).toMatchObject({ from: [0, 0], to: [100, 0] });
});

it('bends there and back apart', () => {
  const [back, there] = arcs([cell('31', '33', 2), cell('33', '31', 1)], shapes);
  expect(there && curve(there)).toBe('M0 0Q50 25 100 0');
  expect(back && curve(back)).toBe('M100 0Q50 -25 0 0');
});
