/** The outbox and the list of refusals, as the screens and the sender read them. */
import { changed } from './changes';
import {
  database,
  type Database,
  type OutboxEntry,
  type RefusedEntry,
  type Schema,
  type StoredEvent,
} from './db';
import type { IDBPTransaction, StoreNames } from 'idb';

export interface OutboxItem {
  entry: OutboxEntry;
  event: StoredEvent;
}

export interface RefusedItem {
  entry: RefusedEntry;
  event: StoredEvent;
}

/** How much one request carries. */
export interface BatchSize {
  /** Events. */
  limit: number;
  /** Characters of their texts; the first event goes whatever its length. */
  characters: number;
}

export interface Batch {
  items: OutboxItem[];
  /** True when these are another phone's events. */
  carried: boolean;
  /** Earliest phone time at which a held entry may be tried again, milliseconds; null when none is held. */
  heldUntil: number | null;
}

/**
 * The next entries to send, in their order. An entry that is held keeps back the later ones of its chain and no
 * others. Own and carried events do not share a request: the time of sending tells nothing about another phone's clock.
 */
export async function nextBatch(size: BatchSize, nowMs: number): Promise<Batch> {
  const db = await database();
  const tx = db.transaction(['outbox', 'events']);
  const batch: Batch = { items: [], carried: false, heldUntil: null };
  const passed = new Set<string>();
  let characters = 0;
  let cursor = await tx.objectStore('outbox').openCursor();
  while (cursor !== null && batch.items.length < size.limit) {
    const entry = cursor.value;
    const held = entry.held_until !== null && entry.held_until > nowMs;
    if (held) batch.heldUntil = Math.min(batch.heldUntil ?? Infinity, entry.held_until ?? Infinity);
    const other = batch.items.length > 0 && entry.carried !== batch.carried;
    if (held || other) passed.add(entry.chain);
    if (!passed.has(entry.chain)) {
      const event = await tx.objectStore('events').get(entry.event_id);
      characters += event?.jws.length ?? 0;
      if (characters > size.characters && batch.items.length > 0) break;
      if (event !== undefined) {
        batch.carried = entry.carried;
        batch.items.push({ entry, event });
      }
    }
    cursor = await cursor.continue();
  }
  return batch;
}

/** Entries in the order of sending. */
export async function outboxItems(limit = Number.POSITIVE_INFINITY): Promise<OutboxItem[]> {
  const db = await database();
  const tx = db.transaction(['outbox', 'events']);
  const items: OutboxItem[] = [];
  let cursor = await tx.objectStore('outbox').openCursor();
  while (cursor !== null && items.length < limit) {
    const event = await tx.objectStore('events').get(cursor.value.event_id);
    if (event !== undefined) items.push({ entry: cursor.value, event });
    cursor = await cursor.continue();
  }
  return items;
}

/** Held entries are among the first: nobody counts further. */
const LOOKED_AT = 600;

/** How many of the first entries are held back at a phone time, milliseconds. Reads no events: those are large. */
export async function heldCount(nowMs: number): Promise<number> {
  const entries = await (await database()).getAll('outbox', null, LOOKED_AT);
  return entries.filter(({ held_until }) => (held_until ?? 0) > nowMs).length;
}

/** What the server refused, newest first. */
export async function refusedItems(): Promise<RefusedItem[]> {
  const db = await database();
  const tx = db.transaction(['refused', 'events']);
  const items: RefusedItem[] = [];
  for (const entry of await tx.objectStore('refused').getAll()) {
    const event = await tx.objectStore('events').get(entry.event_id);
    if (event !== undefined) items.push({ entry, event });
  }
  return items.sort((a, b) => b.entry.refused_at - a.entry.refused_at);
}

/** How many wait, and how many refusals nobody has read yet. */
export async function outboxCounts(): Promise<{ waiting: number; refused: number }> {
  const db = await database();
  const [waiting, refused] = await Promise.all([db.count('outbox'), db.getAll('refused')]);
  return { waiting, refused: refused.filter((entry) => !entry.seen).length };
}

/** The person has read a refusal: it stays in the list, the warning in the header goes. */
export async function markRefusalSeen(eventId: string): Promise<void> {
  const db = await database();
  const entry = await db.get('refused', eventId);
  if (entry === undefined || entry.seen) return;
  await db.put('refused', { ...entry, seen: true });
  changed('events');
}

/** What `takeUp` writes to. */
export const TAKING_UP = ['events', 'outbox', 'refused'] as const;
type TakingUp = IDBPTransaction<Schema, StoreNames<Schema>[], 'readwrite'>;

/** A new entry for an event; the store gives it its place. */
export function entryFor(event: StoredEvent, nowMs: number): OutboxEntry {
  const entry: Omit<OutboxEntry, 'place'> = {
    event_id: event.id,
    chain: event.manifest_id ?? event.device_id,
    carried: event.person_id === null,
    added_at: nowMs,
    attempts: 0,
    held_until: null,
  };
  return entry as OutboxEntry;
}

/** Puts events into the outbox again, inside a transaction over {@link TAKING_UP}; those that wait already stay. */
export async function takeUp(tx: TakingUp, events: readonly StoredEvent[], nowMs: number): Promise<number> {
  let taken = 0;
  for (const event of events) {
    const waits = await tx.objectStore('outbox').index('by_event').getKey(event.id);
    if (waits !== undefined) continue;
    await tx.objectStore('events').put({
      ...event,
      progress: 'waiting',
      taken_up: (event.taken_up ?? 0) + 1,
    });
    await tx.objectStore('refused').delete(event.id);
    await tx.objectStore('outbox').add(entryFor(event, nowMs));
    taken += 1;
  }
  return taken;
}

/** Sends refused events again: those of the ids, or all that `which` picks. Returns how many. */
export async function sendAgain(
  which: readonly string[] | ((item: RefusedItem) => boolean),
  nowMs: number = Date.now(),
): Promise<number> {
  const wanted = typeof which === 'function' ? which : ({ event }: RefusedItem) => which.includes(event.id);
  const events = (await refusedItems())
    .filter(wanted)
    .map(({ event }) => event)
    .sort((a, b) => a.saved_at - b.saved_at || a.payload.device_seq - b.payload.device_seq);
  if (events.length === 0) return 0;
  const db: Database = await database();
  const tx = db.transaction([...TAKING_UP], 'readwrite', { durability: 'strict' });
  const taken = await takeUp(tx as unknown as TakingUp, events, nowMs);
  await tx.done;
  changed(
    'events',
    events.map(({ id }) => id),
  );
  return taken;
}
