/** The manifest list's filters, in the address bar: every figure and every chip is a link that can be sent on. */
import type { ManifestQuery } from './types';

/** Where the list stands. */
export const LIST_PATH = '/desk/manifests';

const KEYS = [
  'state',
  'q',
  'from',
  'to',
  'issued',
  'issued_from',
  'issued_to',
  'province',
  'destination',
  'waste_code',
  'waste_group',
  'method',
  'generator_id',
  'carrier_id',
  'facility_id',
  'late',
  'discrepant',
  'finding',
  'role',
] as const;
export type FilterKey = (typeof KEYS)[number];
export type Filter = Partial<Record<FilterKey, string>>;

/** The filters of a query string; unknown keys and empty values are left out. */
export function filterOf(query: URLSearchParams): Filter {
  const filter: Filter = {};
  for (const key of KEYS) {
    const value = query.get(key)?.trim();
    if (value) filter[key] = value;
  }
  return filter;
}

/** The same filters with one changed; an empty value takes it out. */
export function withFilter(filter: Filter, key: FilterKey, value: string): Filter {
  const next: Filter = {};
  for (const each of KEYS) {
    const kept = each === key ? value.trim() : filter[each];
    if (kept) next[each] = kept;
  }
  return next;
}

/** Link to the list that shows what the server's `filter` object names. */
export function listLink(filter: Record<string, string | number | boolean | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(filter)) {
    if (value !== null && value !== undefined && value !== '') query.set(key, String(value));
  }
  const text = query.toString();
  return text === '' ? LIST_PATH : `${LIST_PATH}?${text}`;
}

/** The filters as the API takes them; the closed lists are checked by the server. */
export function apiQuery(filter: Filter): ManifestQuery {
  return { ...filter } as ManifestQuery;
}
