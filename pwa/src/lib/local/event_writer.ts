/**
 * Writing a custody event: under one lock per device take the next number, sign, then commit event, outbox entry and
 * number in one strict-durability transaction. Only when that transaction is complete is anything "saved".
 */
import { signJws } from '$lib/seal';
import { changed } from './changes';
import { database, fact, type StoredDevice, type StoredEvent } from './db';
import type { EventDraft, EventPayload } from './event_payload';
import { uuidv7 } from './uuid';
import { zonedTime } from './zoned_time';

/** This phone has no key for the person yet: nothing can be signed. */
export class NoDevice extends Error {
  constructor() {
    super('this phone has no device key for this person');
    this.name = 'NoDevice';
  }
}

/** The phone's storage is full: the event is not saved. */
export class StorageFull extends Error {
  constructor(cause: unknown) {
    super('the storage of this phone is full', { cause });
    this.name = 'StorageFull';
  }
}

/** What the writer takes from its surroundings. */
export interface WriterPorts {
  /** Phone time, milliseconds. */
  now: () => number;
  /** Monotonic reading, milliseconds. */
  mono: () => number;
  /** Runs alone among all pages and workers of this origin. */
  lock: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  sign: (device: StoredDevice, payload: EventPayload) => Promise<string>;
}

export const PORTS: WriterPorts = {
  now: () => Date.now(),
  mono: () => performance.now(),
  lock: async (name, work) => navigator.locks.request(name, work),
  sign: (device, payload) => signJws(device.device_id, payload, device.key.privateKey),
};

/** Signs and saves one event; returns after the transaction's `complete`. */
export async function writeEvent(draft: EventDraft, ports: WriterPorts = PORTS): Promise<StoredEvent> {
  const session = await fact('session');
  if (session === null) throw new NoDevice();
  const person = session.person.id;
  const saved = await ports.lock(`emanifest.device.${person}`, async () => {
    const db = await database();
    const device = await db.get('devices', person);
    if (device === undefined) throw new NoDevice();
    const ms = ports.now();
    const clock = await fact('clock');
    const payload: EventPayload = {
      id: uuidv7(ms),
      ...draft,
      device_seq: device.next_seq,
      event_time: zonedTime(ms),
      ...(clock === null
        ? {}
        : {
            clock: {
              offset_ms: clock.offset_ms,
              measured_at: clock.measured_at,
              mono_ms: Math.round(ports.mono()),
            },
          }),
      acting: { role: session.acting.role, organisation_id: session.acting.organisation_id },
    };
    const event: StoredEvent = {
      id: payload.id,
      person_id: person,
      device_id: device.device_id,
      manifest_id: payload.manifest_id,
      kind: payload.kind,
      jws: await ports.sign(device, payload),
      payload,
      saved_at: ms,
      progress: 'waiting',
      result: null,
      answered_at: null,
    };
    await commit(event, device);
    return event;
  });
  changed('events');
  return saved;
}

async function commit(event: StoredEvent, device: StoredDevice): Promise<void> {
  const db = await database();
  const order = `${device.device_id}:${String(device.next_seq).padStart(12, '0')}`;
  try {
    const tx = db.transaction(['events', 'outbox', 'devices'], 'readwrite', { durability: 'strict' });
    await Promise.all([
      tx.objectStore('events').add(event),
      tx.objectStore('outbox').add({ event_id: event.id, order, added_at: event.saved_at, attempts: 0 }),
      tx.objectStore('devices').put({ ...device, next_seq: device.next_seq + 1 }),
      tx.done,
    ]);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError') throw new StorageFull(error);
    throw error;
  }
}
