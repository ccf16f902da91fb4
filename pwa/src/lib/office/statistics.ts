/** The statistics page's filters in the address, as its routes take them; words and marks of its groups. */
import type { ManifestState } from '$lib/api/types';
import { m } from '$lib/i18n';
import { day, number } from '$lib/i18n/format';
import { stateLabel } from '$lib/i18n/words';
import { periodDays, periodOf } from './period';
import { provinceName } from './provinces';
import type { Province, StatBy, TreatmentMethod } from './types';
import { methodLabel } from './words';

/** Filters that stand in the address under the very name that the server knows. */
export const STAT_FILTERS = ['province', 'destination', 'waste_group', 'method', 'state'] as const;
export type StatFilterKey = (typeof STAT_FILTERS)[number];

/** What can be ranked and crossed, in the order in which it is offered. */
export const STAT_BY: readonly StatBy[] = [
  'waste_code',
  'waste_group',
  'method',
  'province',
  'destination',
  'facility',
  'carrier',
  'generator',
  'state',
  'month',
];

const WORDS: Record<StatBy, () => string> = {
  day: m.group_day,
  month: m.group_month,
  year: m.group_year,
  province: m.group_province,
  destination: m.group_destination,
  waste_group: m.group_waste_group,
  waste_code: m.group_waste_code,
  method: m.group_method,
  state: m.group_state,
  generator: m.group_generator,
  carrier: m.group_carrier,
  facility: m.group_facility,
};

export const byLabel = (by: StatBy): string => WORDS[by]();

/** The dimension that a word in the address names. */
export function byOf(text: string | null, otherwise: StatBy): StatBy {
  return STAT_BY.find((by) => by === text) ?? otherwise;
}

/** Filters of the address as the server takes them: the period becomes days. */
export function statQuery(query: URLSearchParams, nowMs: number): Record<string, string> {
  const chosen: Record<string, string> = { ...periodDays(periodOf(query.get('period')), nowMs) };
  for (const key of STAT_FILTERS) {
    const value = query.get(key);
    if (value) chosen[key] = value;
  }
  return chosen;
}

/** What a group is called: names in the reader's language where there are any. */
export function groupName(
  by: StatBy,
  heading: { key: string; label: string },
  provinces: readonly Province[],
): string {
  const { key, label } = heading;
  if (key === '') return m.unknown();
  if (by === 'state') return stateLabel(key as ManifestState);
  if (by === 'method') return methodLabel(key as TreatmentMethod);
  if (by === 'month') return key.split('-').reverse().join('/');
  if (by === 'day') return day(`${key}T12:00:00+07:00`);
  if (by === 'province' || by === 'destination') {
    const known = provinces.find((province) => province.code === key);
    return known === undefined ? label : provinceName(known);
  }
  if (by === 'waste_code' || by === 'waste_group') return label === key ? key : `${key} · ${label}`;
  return label;
}

/** "12,5" tonnes of grams. */
export const tonnes = (grams: number): string => number(grams / 1_000_000, 1);

/** Change in percent against a year before; null when there was nothing, or so little that percents say nothing. */
export function change(now: number, before: number): { sign: string; share: string } | null {
  const percent = (100 * (now - before)) / before;
  if (before === 0 || percent > 999) return null;
  return { sign: percent > 0 ? '+' : percent < 0 ? '−' : '', share: number(Math.abs(percent), 1) };
}
