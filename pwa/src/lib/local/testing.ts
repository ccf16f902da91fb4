/** For tests only: an empty phone with one person signed in and one registered key. */
import { generateDeviceKey } from '$lib/seal';
import type { EventDraft } from './event_payload';
import { database, putFact, type StoredDevice } from './db';
import type { WriterPorts } from './event_writer';
import { signJws } from '$lib/seal';

export const PERSON = '01932c00-0000-7000-8000-00000000000a';
export const DEVICE = '01932c00-0000-7000-8000-00000000000b';
export const MANIFEST = '01932c00-0000-7000-8000-00000000000c';
export const ORGANISATION = '01932c00-0000-7000-8000-00000000000d';
export const NOW = Date.parse('2026-11-23T01:10:00.123Z');

/** Empties the database, signs the person in and registers a real key. */
export async function freshPhone(): Promise<CryptoKeyPair> {
  const db = await database();
  for (const store of ['facts', 'devices', 'packs', 'trust', 'events', 'outbox', 'refused'] as const) {
    await db.clear(store);
  }
  await putFact('session', {
    person: {
      id: PERSON,
      name: 'Lái xe 1',
      roles: [{ role: 'driver', organisation_id: ORGANISATION, organisation_name: 'Vận tải 1' }],
    },
    acting: { role: 'driver', organisation_id: ORGANISATION, organisation_name: 'Vận tải 1' },
    expires_at: '2026-12-23T00:00:00Z',
    demo: true,
    ended: false,
  });
  for (const each of ['clock', 'clock_seen', 'sync', 'epoch'] as const) await putFact(each, null);
  const key = await generateDeviceKey();
  await db.put('devices', device());
  keys.set(DEVICE, key);
  return key;
}

/** The structured clone of the test's database cannot hold keys: they stay beside it. */
const keys = new Map<string, CryptoKeyPair>();

function device(): StoredDevice {
  return {
    person_id: PERSON,
    device_id: DEVICE,
    name: 'test',
    key: {} as CryptoKeyPair,
    certificate: '',
    next_seq: 1,
  };
}

/** One after the other, as the browser's lock would. */
export function locks(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (_name, work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

export function writerPorts(change: Partial<WriterPorts> = {}): WriterPorts {
  return {
    now: () => NOW,
    mono: () => 4_321,
    lock: locks(),
    sign: (stored, payload) => {
      const key = keys.get(stored.device_id);
      if (key === undefined) throw new Error('no key');
      return signJws(stored.device_id, payload, key.privateKey);
    },
    ...change,
  };
}

export function draft(change: Partial<EventDraft> = {}): EventDraft {
  return {
    kind: 'pickup',
    manifest_id: MANIFEST,
    code: null,
    site_code: null,
    position: null,
    position_missing: 'denied',
    plate: '15C-123.45',
    lines: [],
    packages: null,
    comment: null,
    files: [],
    ...change,
  };
}
