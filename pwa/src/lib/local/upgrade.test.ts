// @vitest-environment node
import { openDB } from 'idb';
import { describe, expect, it, vi } from 'vitest';
import { database } from './db';
import { nextBatch } from './outbox';

/** The stores as the first build made them. */
async function firstBuild() {
  return openDB('emanifest', 1, {
    upgrade(db) {
      for (const [name, keyPath] of [
        ['devices', 'person_id'],
        ['packs', 'person_id'],
        ['trust', 'person_id'],
        ['refused', 'event_id'],
        ['copies', ['person_id', 'manifest_id']],
      ] as const) {
        db.createObjectStore(name, { keyPath: keyPath as string });
      }
      db.createObjectStore('facts');
      const events = db.createObjectStore('events', { keyPath: 'id' });
      events.createIndex('by_manifest', 'manifest_id');
      events.createIndex('by_saved', 'saved_at');
      events.createIndex('by_progress', 'progress');
      db.createObjectStore('outbox', { keyPath: 'event_id' }).createIndex('by_order', 'order');
    },
  });
}

describe('an update with a full outbox', () => {
  it('brings every entry along, in the order of writing', async () => {
    const old = await firstBuild();
    const ids = Array.from({ length: 300 }, (_, n) => `event-${String(n).padStart(3, '0')}`);
    const tx = old.transaction(['events', 'outbox', 'facts'], 'readwrite');
    for (const [n, id] of ids.entries()) {
      // Two people's phones in one: the order of writing is that of time, not of device ids.
      const device_id = n % 2 === 0 ? 'device-b' : 'device-a';
      const event = { id, person_id: 'p', device_id, manifest_id: n % 3 === 0 ? null : 'm', jws: id };
      await tx.objectStore('events').put({ ...event, saved_at: n, progress: 'waiting', answered_at: null });
      const order = `${device_id}:${String(n).padStart(12, '0')}`;
      await tx.objectStore('outbox').put({ event_id: id, order, added_at: n, attempts: n });
    }
    const done = { id: 'sent', saved_at: 5, progress: 'recorded', answered_at: 77, device_id: 'device-a' };
    await tx.objectStore('events').put(done);
    await tx
      .objectStore('facts')
      .put({ failures: 3, not_before: 9, last_sent_at: null, last_problem: null }, 'sync');
    await tx.done;
    old.close();

    const { items } = await nextBatch({ limit: 500, characters: 1e9 }, 0);
    expect(items.map(({ event }) => event.id)).toEqual(ids);
    expect(items.map(({ entry }) => entry.chain).slice(0, 3)).toEqual(['device-b', 'm', 'm']);
    expect(items[7]?.entry).toMatchObject({ attempts: 7, held_until: null, carried: false });
    const db = await database();
    expect(await db.get('events', 'sent')).toMatchObject({ acknowledged_at: 77, epoch: null });
    expect(await db.get('facts', 'sync')).toMatchObject({ failures: 3 });
  });

  it('goes on with the stores of a newer build until its page is loaded anew', async () => {
    (await database()).close();
    const newer = await openDB('emanifest', 3, {
      upgrade: (db) => void db.createObjectStore('something_new'),
      blocking: (_now, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    newer.close();
    vi.resetModules();
    const { database: again } = await import('./db');
    expect([...(await again()).objectStoreNames]).toContain('outbox');
    (await again()).close();
    indexedDB.deleteDatabase('emanifest');
  });
});
