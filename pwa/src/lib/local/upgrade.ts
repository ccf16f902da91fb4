/** Bringing the phone's database to this build's stores, with everything that is in them. */
import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { OutboxEntry, Schema, StoredEvent } from './schema';

type Upgrading = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>;

/** Runs inside the transaction that changes the version: all of it happens or nothing. */
export async function upgrade(
  db: IDBPDatabase<Schema>,
  from: number,
  _to: number | null,
  tx: Upgrading,
): Promise<void> {
  if (from < 1) createFirst(db);
  if (from < 2) await orderByPlace(db, tx);
}

function createFirst(db: IDBPDatabase<Schema>): void {
  db.createObjectStore('facts');
  db.createObjectStore('devices', { keyPath: 'person_id' });
  db.createObjectStore('packs', { keyPath: 'person_id' });
  db.createObjectStore('trust', { keyPath: 'person_id' });
  const events = db.createObjectStore('events', { keyPath: 'id' });
  events.createIndex('by_manifest', 'manifest_id');
  events.createIndex('by_saved', 'saved_at');
  events.createIndex('by_progress', 'progress');
  db.createObjectStore('outbox', { keyPath: 'event_id' });
  db.createObjectStore('refused', { keyPath: 'event_id' });
  db.createObjectStore('copies', { keyPath: ['person_id', 'manifest_id'] });
}

/** An entry of version 1: `order` is device id and sequence number. */
interface FirstEntry {
  event_id: string;
  order: string;
  added_at: number;
  attempts: number;
}

/** Version 2: the outbox is ordered by the place that each entry gets, no longer by device and number. */
async function orderByPlace(db: IDBPDatabase<Schema>, tx: Upgrading): Promise<void> {
  const entries = (await tx.objectStore('outbox').getAll()) as unknown as FirstEntry[];
  entries.sort((a, b) => a.added_at - b.added_at || a.order.localeCompare(b.order));
  for await (const cursor of tx.objectStore('events')) {
    const event: StoredEvent = {
      ...cursor.value,
      acknowledged_at: cursor.value.answered_at,
      epoch: null,
      handed_over_at: null,
    };
    await cursor.update(event);
  }
  db.deleteObjectStore('outbox');
  const outbox = db.createObjectStore('outbox', { keyPath: 'place', autoIncrement: true });
  outbox.createIndex('by_event', 'event_id', { unique: true });
  for (const { event_id, added_at, attempts } of entries) {
    const event = await tx.objectStore('events').get(event_id);
    if (event === undefined) continue;
    const chain = event.manifest_id ?? event.device_id;
    const entry: Omit<OutboxEntry, 'place'> = {
      event_id,
      chain,
      carried: false,
      added_at,
      attempts,
      held_until: null,
    };
    await outbox.add(entry as OutboxEntry);
  }
}
