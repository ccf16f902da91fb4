/** Writing the server's answers into the phone's database: one transaction for a batch, and nothing is ever dropped. */
import type { EventResult, Refusal } from '$lib/api/types';
import { database, type StoredEvent } from '$lib/local/db';
import type { OutboxItem } from '$lib/local/outbox';

const NO_REASON: Refusal = { code: 'unreadable' };
const OUTCOMES: readonly string[] = ['recorded', 'duplicate', 'refused'];

/** When an answer came and whose it was. */
export interface Answered {
  /** Phone time, milliseconds. */
  nowMs: number;
  /** Server time minus phone time, milliseconds. */
  offsetMs: number;
  epoch: number | null;
}

/** What was settled: how many entries, and the events refused because their device is unknown. */
export interface Settled {
  count: number;
  unknownDevice: StoredEvent[];
}

/** The result of an event, if the answer has one that can only be its. */
export function resultFor(
  event: StoredEvent,
  index: number,
  results: readonly EventResult[],
): EventResult | null {
  const result = results.find((each) => each.index === index);
  if (result === undefined || !OUTCOMES.includes(result.outcome)) return null;
  return result.id === null || result.id === event.id ? result : null;
}

/** The event with the server's word on it. */
export function withResult(event: StoredEvent, result: EventResult, answered: Answered): StoredEvent {
  return {
    ...event,
    progress: result.outcome === 'refused' ? 'refused' : 'recorded',
    result,
    answered_at: answered.nowMs,
    acknowledged_at: answered.nowMs + answered.offsetMs,
    epoch: answered.epoch,
  };
}

/**
 * Settles the entries that have a result: recorded and duplicate ones leave the outbox, refused ones move to the list
 * of refusals. An entry without a result, or with one that may be another's, stays where it is.
 */
export async function settle(
  items: readonly OutboxItem[],
  results: readonly EventResult[],
  answered: Answered,
): Promise<Settled> {
  const db = await database();
  const tx = db.transaction(['events', 'outbox', 'refused'], 'readwrite', { durability: 'strict' });
  const settled: Settled = { count: 0, unknownDevice: [] };
  for (const [index, { entry, event }] of items.entries()) {
    const result = resultFor(event, index, results);
    if (result === null) continue;
    const now = withResult(event, result, answered);
    await tx.objectStore('events').put(now);
    if (now.progress === 'refused') {
      const problem = result.problem ?? NO_REASON;
      await tx
        .objectStore('refused')
        .put({ event_id: event.id, refused_at: answered.nowMs, problem, seen: false });
      if (problem.code === 'device_unknown') settled.unknownDevice.push(now);
    }
    await tx.objectStore('outbox').delete(entry.place);
    settled.count += 1;
  }
  await tx.done;
  return settled;
}

/** Counts one more attempt for entries that stay. */
export async function countAttempt(items: readonly OutboxItem[]): Promise<void> {
  const db = await database();
  const tx = db.transaction('outbox', 'readwrite');
  for (const { entry } of items) {
    const kept = await tx.store.get(entry.place);
    if (kept !== undefined) await tx.store.put({ ...kept, attempts: kept.attempts + 1 });
  }
  await tx.done;
}

/** Lets one entry and its chain stay behind until a phone time, milliseconds, so that the others go on. */
export async function holdBack(item: OutboxItem, untilMs: number): Promise<void> {
  const db = await database();
  const tx = db.transaction('outbox', 'readwrite');
  const kept = await tx.store.get(item.entry.place);
  if (kept !== undefined) await tx.store.put({ ...kept, attempts: kept.attempts + 1, held_until: untilMs });
  await tx.done;
}

const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Forgets events that the server acknowledged more than thirty days ago by its own clock, a time just measured; waiting
 * and refused ones stay for as long as it takes.
 */
export async function forgetOld(serverMs: number): Promise<void> {
  const db = await database();
  const tx = db.transaction('events', 'readwrite');
  for await (const cursor of tx.store.index('by_progress').iterate('recorded')) {
    const { acknowledged_at } = cursor.value;
    if (acknowledged_at !== null && acknowledged_at < serverMs - KEEP_MS) await cursor.delete();
  }
  await tx.done;
}
