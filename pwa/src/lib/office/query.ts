/** The query string as it stands in the address bar: codes keep their leading zeros. */
import { here } from '$lib/navigation';

/** Reads as state: a navigation draws again what used it. */
export function addressQuery(): URLSearchParams {
  // The router's own reading turns "01" into 1; touching it makes this a dependency, the text comes from the address.
  void here.query('q');
  void here.pathname;
  return new URLSearchParams(location.search);
}

/** The same query with one value changed, as the router takes it; an empty value takes it out. */
export function withQuery(query: URLSearchParams, key: string, value: string): Record<string, string> {
  const { [key]: _old, ...rest } = Object.fromEntries(query);
  return value === '' ? rest : { ...rest, [key]: value };
}
