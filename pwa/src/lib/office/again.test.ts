import { expect, it } from 'vitest';
import type { ManifestSummary } from '$lib/api/types';
import { lastOfEachWay } from './again';

const load = (id: string, from: string, to: string, state = 'issued') =>
  ({
    id,
    state,
    generator: { site_id: from },
    carrier: { organisation_id: 'c' },
    facility: { site_id: to },
  }) as ManifestSummary;

it('offers the newest load of each way, at most three, and nothing that never went', () => {
  const all = [
    load('draft', 'a', 'x', 'draft'),
    load('void', 'a', 'x', 'void'),
    load('newest', 'a', 'x', 'closed'),
    load('older', 'a', 'x'),
    load('second', 'b', 'x', 'rejected'),
    load('third', 'a', 'y'),
    load('fourth', 'b', 'y'),
  ];
  expect(lastOfEachWay(all).map(({ id }) => id)).toEqual(['newest', 'second', 'third']);
  expect(lastOfEachWay([])).toEqual([]);
});
