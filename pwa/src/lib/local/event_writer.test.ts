// @vitest-environment node
import { beforeEach, describe, expect, it } from 'vitest';
import { parseJws, publicKey, verifyJws } from '$lib/seal';
import { database, putFact } from './db';
import { NoDevice, writeEvent } from './event_writer';
import { DEVICE, draft, freshPhone, NOW, PERSON, writerPorts } from './testing';
import { uuidv7 } from './uuid';
import { zonedTime } from './zoned_time';

let key: CryptoKeyPair;
beforeEach(async () => {
  key = await freshPhone();
});

describe('writing an event', () => {
  it('signs with the device key and commits event, outbox entry and number together', async () => {
    const saved = await writeEvent(draft(), writerPorts());
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', key.publicKey));
    const jws = await verifyJws(parseJws(saved.jws), await publicKey(raw));
    expect(jws.kid).toBe(DEVICE);
    expect(jws.object).toMatchObject({ id: saved.id, kind: 'pickup', device_seq: 1, plate: '15C-123.45' });
    const db = await database();
    expect(await db.count('outbox')).toBe(1);
    expect((await db.get('devices', PERSON))?.next_seq).toBe(2);
    expect((await db.get('events', saved.id))?.progress).toBe('waiting');
  });

  it('numbers events written at once without gap or double', async () => {
    const ports = writerPorts();
    const saved = await Promise.all(Array.from({ length: 12 }, () => writeEvent(draft(), ports)));
    expect(saved.map((event) => event.payload.device_seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    const orders = (await (await database()).getAll('outbox')).map((entry) => entry.event_id);
    const bySeq = [...saved]
      .sort((a, b) => a.payload.device_seq - b.payload.device_seq)
      .map((event) => event.id);
    expect(orders).toEqual(bySeq);
  });

  it('takes the measured clock along, and leaves it out when there is none', async () => {
    expect((await writeEvent(draft(), writerPorts())).payload.clock).toBeUndefined();
    await putFact('clock', {
      offset_ms: -1500,
      measured_at: '2026-11-23T01:00:00.000Z',
      uncertainty_ms: 600,
    });
    expect((await writeEvent(draft(), writerPorts())).payload.clock).toEqual({
      offset_ms: -1500,
      measured_at: '2026-11-23T01:00:00.000Z',
      mono_ms: 4321,
    });
  });

  it('saves nothing and burns no number when signing fails', async () => {
    const failing = writerPorts({ sign: () => Promise.reject(new Error('key gone')) });
    await expect(writeEvent(draft(), failing)).rejects.toThrow('key gone');
    const db = await database();
    expect([await db.count('events'), await db.count('outbox')]).toEqual([0, 0]);
    expect((await db.get('devices', PERSON))?.next_seq).toBe(1);
  });

  it('says so when the phone has no key', async () => {
    await (await database()).clear('devices');
    await expect(writeEvent(draft(), writerPorts())).rejects.toBeInstanceOf(NoDevice);
  });
});

describe('ids and times', () => {
  it('makes a version 7 id that carries the instant', () => {
    const id = uuidv7(
      NOW,
      Uint8Array.from({ length: 10 }, () => 255),
    );
    expect(id).toMatch(/-7fff-bfff-ffffffffffff$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(NOW);
  });
  it('keeps the phone’s own zone', () => {
    expect(zonedTime(NOW, 420)).toBe('2026-11-23T08:10:00.123+07:00');
    expect(zonedTime(NOW, -210)).toBe('2026-11-22T21:40:00.123-03:30');
    expect(zonedTime(NOW, 0)).toBe('2026-11-23T01:10:00.123Z');
  });
});
