/**
 * Signed events that the phone's database would not take: kept in the page's memory, with a copy in the browser's small
 * store where that works, until the database takes them, the server has them or somebody carries them away.
 */
import { changed } from './changes';
import { database, type StoredEvent } from './db';
import { entryFor } from './outbox';

/** Why the database did not take it. */
export type StorageTrouble = 'full' | 'failing';

export interface Rescued {
  event: StoredEvent;
  trouble: StorageTrouble;
}

const KEY = 'emanifest.rescued';
let kept: Rescued[] | null = null;

/** The browser's small store; a worker has none, and it may be forbidden or full, too. */
function small(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function load(): Rescued[] {
  if (kept !== null) return kept;
  try {
    kept = JSON.parse(small()?.getItem(KEY) ?? '[]') as Rescued[];
  } catch {
    kept = [];
  }
  return kept;
}

function store(next: Rescued[]): void {
  kept = next;
  try {
    if (next.length === 0) small()?.removeItem(KEY);
    else small()?.setItem(KEY, JSON.stringify(next));
  } catch {
    // The memory still has them, and the screen says that they are not saved.
  }
  changed('rescued');
}

/** What is not saved, in the order in which it was made. */
export function rescued(): readonly Rescued[] {
  return load();
}

/** Keeps one that the database did not take. */
export function rescue(event: StoredEvent, trouble: StorageTrouble): void {
  store([...load().filter((each) => each.event.id !== event.id), { event, trouble }]);
}

/** The highest number that a device has given to an event that is not saved; 0 when there is none. */
export function spentSeq(deviceId: string): number {
  const own = load().filter(({ event }) => event.device_id === deviceId);
  return Math.max(0, ...own.map(({ event }) => event.payload.device_seq));
}

/** Forgets those of the ids: they are safe elsewhere. */
export function letGo(ids: readonly string[]): void {
  if (load().some(({ event }) => ids.includes(event.id)))
    store(load().filter(({ event }) => !ids.includes(event.id)));
}

/** Tries to save them now; returns how many are left. */
export async function saveRescued(): Promise<number> {
  for (const { event } of load()) {
    try {
      await commitEvent(event);
    } catch (error) {
      if (isThere(error)) {
        letGo([event.id]);
        continue;
      }
      break;
    }
    letGo([event.id]);
    changed('events', [event.id]);
  }
  return load().length;
}

/** True when the database has the event already. */
function isThere(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'ConstraintError';
}

/** Event, outbox entry and the device's next number, in one strict-durability transaction. */
export async function commitEvent(event: StoredEvent): Promise<void> {
  const db = await database();
  const tx = db.transaction(['events', 'outbox', 'devices'], 'readwrite', { durability: 'strict' });
  const device = event.person_id === null ? undefined : await tx.objectStore('devices').get(event.person_id);
  const next = event.payload.device_seq + 1;
  await Promise.all([
    tx.objectStore('events').add(event),
    tx.objectStore('outbox').add(entryFor(event, event.saved_at)),
    ...(device?.device_id === event.device_id && device.next_seq < next
      ? [tx.objectStore('devices').put({ ...device, next_seq: next })]
      : []),
    tx.done,
  ]);
}
