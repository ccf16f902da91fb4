/**
 * Writing a custody event: under one lock per device take the next number, sign, then commit event, outbox entry and
 * number in one strict-durability transaction. Only when that transaction is complete is anything "saved"; what the
 * database refuses is rescued into memory and said so at once.
 */
import { signJws } from '$lib/seal/jws';
import { changed } from './changes';
import { database, fact, type ClockOffset, type StoredDevice, type StoredEvent } from './db';
import type { EventDraft, EventPayload } from './event_payload';
import { commitEvent, rescue, spentSeq, type StorageTrouble } from './rescue';
import { trustedOffset } from './true_time';
import { uuidv7 } from './uuid';
import { zonedTime } from './zoned_time';

/** This phone has no key for the person yet: nothing can be signed. */
export class NoDevice extends Error {
  constructor() {
    super('this phone has no device key for this person');
    this.name = 'NoDevice';
  }
}

/** The phone's database did not take the event. It is signed and kept in memory: it can still be carried away. */
export class NotSaved extends Error {
  constructor(
    readonly trouble: StorageTrouble,
    readonly event: StoredEvent,
    cause: unknown,
  ) {
    super(`the storage of this phone is ${trouble}`, { cause });
    this.name = 'NotSaved';
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

/** Signs and saves one event; returns after the transaction's `complete`. Throws {@link NotSaved} with the signed event. */
export async function writeEvent(draft: EventDraft, ports: WriterPorts = PORTS): Promise<StoredEvent> {
  const session = await fact('session');
  if (session === null) throw new NoDevice();
  const person = session.person.id;
  const { role, organisation_id } = session.acting;
  const saved = await ports.lock(`emanifest.device.${person}`, async () => {
    const device = await (await database()).get('devices', person);
    if (device === undefined) throw new NoDevice();
    const ms = ports.now();
    const payload: EventPayload = {
      id: uuidv7(ms),
      ...draft,
      device_seq: Math.max(device.next_seq, spentSeq(device.device_id) + 1),
      event_time: zonedTime(ms),
      ...clockOf(await trustedOffset(ms), ports.mono()),
      acting: { role, organisation_id },
    };
    const event = storedEvent(payload, await ports.sign(device, payload), device.device_id, person, ms);
    await commit(event);
    return event;
  });
  changed('events', [saved.id]);
  return saved;
}

function clockOf(offset: ClockOffset | null, mono: number): Pick<EventPayload, 'clock'> {
  if (offset === null) return {};
  const { offset_ms, measured_at } = offset;
  return { clock: { offset_ms, measured_at, mono_ms: Math.round(mono) } };
}

/** An event as the phone keeps it before anybody answered. */
export function storedEvent(
  payload: EventPayload,
  jws: string,
  deviceId: string,
  personId: string | null,
  savedAt: number,
): StoredEvent {
  return {
    id: payload.id,
    person_id: personId,
    device_id: deviceId,
    manifest_id: payload.manifest_id,
    kind: payload.kind,
    jws,
    payload,
    saved_at: savedAt,
    progress: 'waiting',
    result: null,
    answered_at: null,
    acknowledged_at: null,
    epoch: null,
    handed_over_at: null,
  };
}

async function commit(event: StoredEvent): Promise<void> {
  try {
    await commitEvent(event);
  } catch (error) {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    const trouble = full ? 'full' : 'failing';
    rescue(event, trouble);
    throw new NotSaved(trouble, event, error);
  }
}
