/** What this phone can hand to another: everything that the server has not acknowledged. */
import { changed } from '$lib/local/changes';
import { database, type StoredEvent } from '$lib/local/db';
import { outboxItems, refusedItems } from '$lib/local/outbox';
import { rescued } from '$lib/local/rescue';

/** Events that wait, were refused, or could not even be saved; oldest first. A failing database hides only its own. */
export async function toHandOver(): Promise<StoredEvent[]> {
  const [waiting, refused] = await Promise.all([outboxItems(), refusedItems()]).catch(
    () => [[], []] as const,
  );
  const events = [...waiting, ...refused, ...rescued()].map(({ event }) => event);
  return events.sort((a, b) => a.saved_at - b.saved_at || a.payload.device_seq - b.payload.device_seq);
}

/** Notes that a copy was taken. The events stay here and are still sent when the server can be reached. */
export async function noteHandedOver(ids: readonly string[], nowMs: number): Promise<void> {
  const db = await database();
  const tx = db.transaction('events', 'readwrite');
  for (const id of ids) {
    const event = await tx.store.get(id);
    if (event !== undefined) await tx.store.put({ ...event, handed_over_at: nowMs });
  }
  await tx.done;
  changed('events', ids);
}
