import { expect, it } from 'vitest';
import type { ManifestSummary } from '$lib/api/types';
import { byDay } from './trips';

it('groups loads by the day of Hà Nội, earliest first', () => {
  const load = (id: string, at: string) => ({ id, planned_pickup_at: at }) as ManifestSummary;
  const days = byDay([
    load('late', '2026-11-23T17:30:00Z'),
    load('noon', '2026-11-23T05:00:00Z'),
    load('dawn', '2026-11-23T00:00:00Z'),
  ]);
  expect(days.map((day) => [day.key, day.loads.map((each) => each.id).join(',')])).toEqual([
    ['2026-11-23', 'dawn,noon'],
    ['2026-11-24', 'late'],
  ]);
});
