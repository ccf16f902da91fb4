// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { database } from '$lib/local/db';
import { writeEvent } from '$lib/local/event_writer';
import { outboxItems } from '$lib/local/outbox';
import { DEVICE, draft, freshPhone, NOW, writerPorts } from '$lib/local/testing';
import { chance } from '$lib/testing/chance';
import { bundleFile, isPackable, NoBundle, pack, readBundleFile, toCarry, unpack } from './bundle';
import { framesOf, Gathering, readFrame } from './frames';
import { keepCarried } from './incoming';
import { noteHandedOver, toHandOver } from './outgoing';

vi.mock('$lib/api/client', () => ({ api: {}, answer: vi.fn(), whole: vi.fn(), onExchange: vi.fn() }));

async function written(count: number): Promise<string[]> {
  const events: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const change = { comment: `Ghi chú số ${String(n)} 🚚` };
    events.push((await writeEvent(draft(change), writerPorts())).jws);
  }
  return events;
}

beforeEach(async () => {
  await freshPhone();
});

describe('a bundle of events', () => {
  it('comes back letter by letter, packed or as a file', async () => {
    const events = await written(40);
    const bytes = await pack(events);
    expect(await unpack(bytes)).toEqual(events);
    expect(bytes.length).toBeLessThan(events.join('').length / 2);
    expect(readBundleFile(bundleFile(events, NOW))).toEqual(events);
    expect([isPackable(events[0] ?? ''), isPackable('a.b'), isPackable('a!.b.c')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is not read out of anything else', async () => {
    const foreign = ['', '{', 'null', '[]', '{"format":"emanifest.outbox"}', '{"format":"x","events":[]}'];
    foreign.push('{"format":"emanifest.outbox","events":[1]}');
    for (const text of foreign) expect(() => readBundleFile(text), text).toThrow(NoBundle);
    const bytes = await pack(await written(2));
    await expect(unpack(bytes.slice(0, -3))).rejects.toBeInstanceOf(NoBundle);
    await expect(unpack(new Uint8Array([1, 2, 3]))).rejects.toBeInstanceOf(NoBundle);
  });

  it('leaves out what is not even the shape of an event', async () => {
    const [event = ''] = await written(1);
    const carried = toCarry([event, 'x', `${event}x`, ''], NOW);
    expect([carried.events.length, carried.unreadable]).toEqual([1, 3]);
    expect(carried.events[0]).toMatchObject({ jws: event, device_id: DEVICE, person_id: null });
  });
});

describe('a series of codes', () => {
  it('is gathered in any order, with repetitions and strangers between, bit by bit', async () => {
    const luck = chance(3);
    for (const size of [1, 299, 300, 301, 6_000]) {
      const bytes = Uint8Array.from({ length: size }, () => luck.below(256));
      const frames = await framesOf(bytes);
      expect(frames.length).toBe(Math.ceil(size / 300));
      expect(frames.every((text) => /^[0-9A-Z $%*+\-./:]+$/.test(text))).toBe(true);
      const gathering = new Gathering();
      const seen = luck.shuffled([...frames, ...frames.slice(0, 3)]);
      for (const [n, text] of seen.entries()) {
        expect(gathering.take('HTTPS://EXAMPLE/Q/ABC')).toBeNull();
        const progress = gathering.take(text);
        expect((progress?.caught ?? 0) + (progress?.missing.length ?? 0)).toBe(frames.length);
        if (n < frames.length - 1) expect(await gathering.whole()).toBeNull();
      }
      expect(await gathering.whole()).toEqual(bytes);
    }
  });

  it('begins anew with another series, and is not fooled by a changed part', async () => {
    const [one = '', two = ''] = await framesOf(Uint8Array.from({ length: 500 }, (_, n) => n % 251));
    const [other = ''] = await framesOf(new Uint8Array(200));
    const gathering = new Gathering();
    gathering.take(one);
    expect(gathering.take(other)).toEqual({ count: 1, caught: 1, missing: [] });
    expect(gathering.take(two)).toEqual({ count: 2, caught: 1, missing: [1] });
    const letter = one.endsWith('A') ? 'B' : 'A';
    expect(gathering.take(`${one.slice(0, -8)}${letter}${one.slice(-7)}`)?.caught).toBe(2);
    expect(await gathering.whole()).toBeNull();
    expect(gathering.progress().caught).toBe(0);
    for (const wrong of [
      'EMO1/',
      'EMO1/0/1/1/A',
      one.replace('/1/', '/0/'),
      one.replace('/1/', '/3/'),
      `${one}!`,
    ]) {
      expect(readFrame(wrong), wrong).toBeNull();
    }
  });
});

describe('an outbox that moves', () => {
  it('is copied whole, stays where it was, and is carried once', async () => {
    const events = await written(5);
    const leaving = await toHandOver();
    expect(leaving.map(({ jws }) => jws)).toEqual(events);
    await noteHandedOver(
      leaving.map(({ id }) => id),
      NOW,
    );
    expect((await outboxItems()).length).toBe(5);
    const db = await database();
    expect((await db.get('events', leaving[0]?.id ?? ''))?.handed_over_at).toBe(NOW);

    // The other phone.
    await freshPhone();
    const { events: carried } = toCarry(await unpack(await pack(events)), NOW);
    expect(await keepCarried(carried, NOW)).toBe(5);
    expect(await keepCarried(carried, NOW)).toBe(0);
    const items = await outboxItems();
    expect(items.map(({ event }) => event.jws)).toEqual(events);
    expect(items.every(({ entry }) => entry.carried)).toBe(true);
  });
});
