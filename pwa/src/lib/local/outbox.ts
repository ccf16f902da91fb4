/** The outbox and the list of refusals, as the screens and the sender read them. */
import { changed } from './changes';
import { database, type OutboxEntry, type RefusedEntry, type StoredEvent } from './db';

export interface OutboxItem {
  entry: OutboxEntry;
  event: StoredEvent;
}

export interface RefusedItem {
  entry: RefusedEntry;
  event: StoredEvent;
}

/** Entries in the order of sending: by device, each device's events by their numbers. */
export async function outboxItems(limit = Number.POSITIVE_INFINITY): Promise<OutboxItem[]> {
  const db = await database();
  const tx = db.transaction(['outbox', 'events']);
  const items: OutboxItem[] = [];
  let cursor = await tx.objectStore('outbox').index('by_order').openCursor();
  while (cursor !== null && items.length < limit) {
    const event = await tx.objectStore('events').get(cursor.value.event_id);
    if (event !== undefined) items.push({ entry: cursor.value, event });
    cursor = await cursor.continue();
  }
  return items;
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
  if (entry === undefined) return;
  await db.put('refused', { ...entry, seen: true });
  changed('events');
}
