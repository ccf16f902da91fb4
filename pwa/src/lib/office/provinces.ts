/** The 34 provinces, fetched once per page. */
import { answer, api } from '$lib/api/client';
import { getLocale } from '$lib/i18n/paraglide/runtime.js';
import type { Province } from './types';

let fetched: Promise<Province[]> | null = null;

/** Every province, by code. */
export function provinces(): Promise<Province[]> {
  fetched ??= answer(api.GET('/api/v1/provinces', {})).then(({ items }) => items);
  // A failure is not remembered: the next page asks again.
  fetched.catch(() => (fetched = null));
  return fetched;
}

/** Its name in the reader's language. */
export function provinceName(province: Province): string {
  return getLocale() === 'vi' ? province.name_vi : province.name_en;
}
