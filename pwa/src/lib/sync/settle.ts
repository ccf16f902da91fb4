/** Writing the server's answers into the phone's database: one transaction for a batch, and nothing is ever dropped. */
import type { EventResult, Refusal } from '$lib/api/types';
import { database, type EventProgress } from '$lib/local/db';
import type { OutboxItem } from '$lib/local/outbox';

const NO_REASON: Refusal = { code: 'unreadable' };

/**
 * Settles the entries that have a result: recorded and duplicate ones leave the outbox, refused ones move to the list
 * of refusals. Returns how many were settled; an entry without a result stays where it is.
 */
export async function settle(
  items: readonly OutboxItem[],
  results: readonly EventResult[],
  nowMs: number,
): Promise<number> {
  const byIndex = new Map(results.map((result) => [result.index, result]));
  const db = await database();
  const tx = db.transaction(['events', 'outbox', 'refused'], 'readwrite', { durability: 'strict' });
  let settled = 0;
  for (const [index, { event }] of items.entries()) {
    const result = byIndex.get(index);
    if (result === undefined) continue;
    const progress: EventProgress = result.outcome === 'refused' ? 'refused' : 'recorded';
    await tx.objectStore('events').put({ ...event, progress, result, answered_at: nowMs });
    if (progress === 'refused') {
      const problem = result.problem ?? NO_REASON;
      await tx.objectStore('refused').put({ event_id: event.id, refused_at: nowMs, problem, seen: false });
    }
    await tx.objectStore('outbox').delete(event.id);
    settled += 1;
  }
  await tx.done;
  return settled;
}

/** Counts one more attempt for entries that stay. */
export async function countAttempt(items: readonly OutboxItem[]): Promise<void> {
  const db = await database();
  const tx = db.transaction('outbox', 'readwrite');
  for (const { entry } of items) {
    const kept = await tx.store.get(entry.event_id);
    if (kept !== undefined) await tx.store.put({ ...kept, attempts: kept.attempts + 1 });
  }
  await tx.done;
}

const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** Forgets acknowledged events after 30 days; waiting and refused ones stay for as long as it takes. */
export async function forgetOld(nowMs: number): Promise<void> {
  const db = await database();
  const tx = db.transaction('events', 'readwrite');
  const old = tx.store.index('by_saved').iterate(IDBKeyRange.upperBound(nowMs - KEEP_MS));
  for await (const cursor of old) if (cursor.value.progress === 'recorded') await cursor.delete();
  await tx.done;
}
