/**
 * The server's epoch: it changes when the server was restored from a backup. Then everything that an earlier epoch
 * acknowledged and that this phone still keeps goes back into the outbox; what the server has is answered "duplicate".
 */
import { changed } from '$lib/local/changes';
import { database, type KnownEpoch, type Schema } from '$lib/local/db';
import { takeUp, TAKING_UP } from '$lib/local/outbox';
import type { IDBPTransaction, StoreNames } from 'idb';

/** Notes the epoch of an answer; returns how many events were taken up again. One transaction: a kill halves nothing. */
export async function noteEpoch(epoch: number | null | undefined, nowMs: number): Promise<number> {
  if (epoch === null || epoch === undefined) return 0;
  const db = await database();
  if (((await db.get('facts', 'epoch')) as KnownEpoch | undefined)?.epoch === epoch) return 0;
  const tx = db.transaction(['facts', ...TAKING_UP], 'readwrite', { durability: 'strict' });
  const known = (await tx.objectStore('facts').get('epoch')) as KnownEpoch | undefined;
  let count = 0;
  if (known !== undefined && known.epoch !== epoch) {
    const kept = await tx.objectStore('events').index('by_progress').getAll('recorded');
    const older = kept
      .filter((event) => event.epoch !== epoch)
      .sort((a, b) => a.saved_at - b.saved_at || a.payload.device_seq - b.payload.device_seq);
    count = await takeUp(
      tx as unknown as IDBPTransaction<Schema, StoreNames<Schema>[], 'readwrite'>,
      older,
      nowMs,
    );
  }
  const resent = known === undefined ? null : { at: nowMs, count };
  await tx.objectStore('facts').put({ epoch, resent }, 'epoch');
  await tx.done;
  changed('events');
  return count;
}
