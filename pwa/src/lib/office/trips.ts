/** Loads by the day of their pickup in Hà Nội, in the order in which trucks leave. */
import type { ManifestSummary } from '$lib/api/types';
import { dayOf } from './hanoi';

export interface Day {
  /** "2026-11-23". */
  key: string;
  loads: ManifestSummary[];
}

/** Groups by day, earliest first; inside a day by planned pickup. */
export function byDay(loads: readonly ManifestSummary[]): Day[] {
  const days = new Map<string, ManifestSummary[]>();
  const ordered = [...loads].sort(
    (a, b) => Date.parse(a.planned_pickup_at) - Date.parse(b.planned_pickup_at),
  );
  for (const load of ordered) {
    const key = dayOf(load.planned_pickup_at);
    days.set(key, [...(days.get(key) ?? []), load]);
  }
  return [...days].map(([key, members]) => ({ key, loads: members }));
}
