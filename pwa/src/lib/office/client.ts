/** What office pages ask with beside the one client: whole lists, and keys for writes that may be repeated. */
import { answer } from '$lib/api/client';
import type { Told } from '$lib/api/types';

/** Pages that {@link everything} reads at most: a registry of 5,000 entries. */
const MAX_PAGES = 10;

interface Part<T> {
  items: T[];
  next_cursor?: string | null;
}

/** Every item of a list, page after page. */
export async function everything<T>(
  page: (cursor?: string) => Parameters<typeof answer<Part<T>>>[0],
): Promise<Told<T>[]> {
  const items: Told<T>[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < MAX_PAGES; n += 1) {
    const part = await answer(page(cursor));
    items.push(...part.items);
    if (part.next_cursor === null) break;
    cursor = part.next_cursor;
  }
  return items;
}

/** A key that makes a write safe to send twice. */
export function once(): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': crypto.randomUUID() };
}
