import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { changed, type Topic } from '$lib/local/changes';
import { database, putFact, type StoredEvent } from '$lib/local/db';
import { field } from './field.svelte';

/** How often each store was read since the last question. */
const reads = new Map<string, number>();
function watch(prototype: object, method: string, name: (self: unknown) => string) {
  const held = prototype as Record<string, (...given: unknown[]) => unknown>;
  const real = held[method] as (...given: unknown[]) => unknown;
  vi.spyOn(held, method).mockImplementation(function (this: unknown, ...given: unknown[]) {
    reads.set(name(this), (reads.get(name(this)) ?? 0) + 1);
    return real.apply(this, given);
  });
}
watch(IDBObjectStore.prototype, 'get', (self) => (self as IDBObjectStore).name);
watch(IDBIndex.prototype, 'getAll', (self) => (self as IDBIndex).objectStore.name);

/**
 * What is read after these changes. Readings come one after the other, so that with the reading of one last change, of
 * the device, all others have begun; whether the last one has a reading of its own depends on the rest before.
 */
async function readAfter(...topics: Topic[]): Promise<{ packs: number; events: number }> {
  reads.clear();
  for (const topic of topics) changed(topic);
  if (!topics.includes('session')) changed('device');
  await vi.waitFor(() => expect(reads.get('devices')).toBe(1));
  return { packs: reads.get('packs') ?? 0, events: reads.get('events') ?? 0 };
}

it('reads again only what a change is about, and a swarm of changes once or twice', async () => {
  const person = { id: 'p', name: 'Người thử', roles: [] } as never;
  await putFact('session', { person, expires_at: '', demo: true, ended: false, acting: {} as never });
  await vi.waitFor(() => expect(field.ready).toBe(true));
  expect(await readAfter('session')).toEqual({ packs: 1, events: 1 });
  expect(await readAfter('notices', 'server', 'clock', 'sync', 'files')).toEqual({ packs: 0, events: 0 });
  expect(await readAfter('pack')).toEqual({ packs: 1, events: 0 });
  expect(await readAfter('events')).toEqual({ packs: 0, events: 1 });
  const swarm = Array.from({ length: 100 }, (): Topic => 'pack');
  const { packs, events } = await readAfter(...swarm);
  expect([1, 2]).toContain(packs);
  expect(events).toBe(0);
});

it('of the events reads only those that changed, where that is known', async () => {
  const db = await database();
  const kept = (id: string, progress: string) =>
    ({ id, person_id: 'p', progress, saved_at: 1 }) as StoredEvent;
  for (const id of ['a', 'b', 'c']) await db.put('events', kept(id, 'waiting'));
  changed('events');
  await vi.waitFor(() => expect(field.events.length).toBe(3));
  await db.put('events', kept('b', 'recorded'));
  await db.put('events', kept('d', 'waiting'));
  reads.clear();
  changed('events', ['b']);
  changed('events', ['d']);
  const progress = () => new Map(field.events.map((event) => [event.id, event.progress]));
  await vi.waitFor(() => expect(progress().get('d')).toBe('waiting'));
  expect(progress().get('b')).toBe('recorded');
  expect(progress().size).toBe(4);
  expect(reads.get('events')).toBe(2);
});
