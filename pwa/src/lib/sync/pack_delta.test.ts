import { describe, expect, it } from 'vitest';
import type { FieldPack } from '$lib/api/types';
import { chance } from '$lib/testing/chance';
import { layOver } from './pack_delta';

type Thing = FieldPack['manifests'][number];
const OF = 16;
const manifest = (n: number, version: number) =>
  ({
    id: `01932c00-0000-7000-8000-0000000000${n.toString(16).padStart(2, '0')}`,
    number: `${String(n)}/${String(version)}`,
    planned_pickup_at: `2026-11-23T0${String(n % 10)}:00:00Z`,
  }) as unknown as Thing;

function pack(cursor: string, manifests: Thing[], change: Partial<FieldPack> = {}): FieldPack {
  return {
    cursor,
    delta: null,
    manifests,
    sites: [],
    status_lists: [{ n: 0, list: cursor }],
    waste_codes: [{ code: '17 02 03', name_vi: 'dầu', name_en: 'oil' }],
    ...change,
  } as FieldPack;
}

const place = (thing: Thing) => Number.parseInt(thing.id.slice(-2), 16) % OF;
const sorted = (things: readonly Thing[]) => [...things].sort((a, b) => a.id.localeCompare(b.id));

/** What a server sends to somebody who holds `held`: whole drawers of what differs. */
function changes(held: FieldPack, now: FieldPack): FieldPack {
  const drawer = (of: FieldPack, n: number) =>
    JSON.stringify(sorted(of.manifests.filter((one) => place(one) === n)));
  const changed = Array.from({ length: OF }, (_, n) => n).filter((n) => drawer(held, n) !== drawer(now, n));
  return {
    ...now,
    manifests: now.manifests.filter((one) => changed.includes(place(one))),
    status_lists: [],
    waste_codes: [],
    delta: {
      since: held.cursor,
      manifests: { of: OF, changed },
      sites: { of: OF, changed: [] },
      status_lists: false,
      waste_codes: false,
    },
  };
}

describe('a pack of changes', () => {
  it('laid over the held one is the whole one, whatever came, went or changed', () => {
    const luck = chance(5);
    let held = pack('0', []);
    let things = new Map<number, number>();
    for (let round = 1; round < 200; round += 1) {
      things = new Map(things);
      for (let n = luck.below(6); n > 0; n -= 1) {
        const id = luck.below(120);
        if (luck.happens(0.3)) things.delete(id);
        else things.set(id, round);
      }
      const now = pack(
        String(round),
        [...things].map(([id, version]) => manifest(id, version)),
      );
      const laid = layOver(held, changes(held, now));
      expect(sorted(laid?.manifests ?? [])).toEqual(sorted(now.manifests));
      expect([laid?.cursor, laid?.delta, laid?.status_lists]).toEqual([now.cursor, null, held.status_lists]);
      held = laid ?? held;
    }
  });

  it('of another pack than the held one fits nothing; a whole one needs none', () => {
    const now = pack('b', [manifest(1, 1)]);
    expect(layOver(pack('x', []), changes(pack('a', []), now))).toBeNull();
    expect(layOver(null, changes(pack('a', []), now))).toBeNull();
    expect(layOver(null, now)).toBe(now);
  });
});
