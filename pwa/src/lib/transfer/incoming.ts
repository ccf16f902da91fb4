/** Taking over another phone's events: kept, sent and settled like one's own, signed by the other phone as before. */
import { changed } from '$lib/local/changes';
import { database, type StoredEvent } from '$lib/local/db';
import { entryFor } from '$lib/local/outbox';

/** Keeps events to carry, in one transaction; those that this phone has already are left as they are. Returns the new ones. */
export async function keepCarried(events: readonly StoredEvent[], nowMs: number): Promise<number> {
  const db = await database();
  const tx = db.transaction(['events', 'outbox'], 'readwrite', { durability: 'strict' });
  let taken = 0;
  for (const event of events) {
    if ((await tx.objectStore('events').getKey(event.id)) !== undefined) continue;
    await tx.objectStore('events').add(event);
    await tx.objectStore('outbox').add(entryFor(event, nowMs));
    taken += 1;
  }
  await tx.done;
  changed(
    'events',
    events.map(({ id }) => id),
  );
  return taken;
}
