import { describe, expect, it } from 'vitest';
import type { ManifestState, PackManifest } from '$lib/api/types';
import type { StoredEvent } from '$lib/local/db';
import type { LiveFacts } from '$lib/seal';
import { factsOf, groupsFor, onBoard } from './onboard';
import type { Standing } from './standing';

const standing = (
  id: string,
  state: ManifestState,
  change: Partial<PackManifest> = {},
  events: Partial<StoredEvent>[] = [],
): Standing => ({
  manifest: {
    id,
    number: `${id}/2026`,
    trip_id: `trip of ${id}`,
    plates: ['15C-123.45'],
    expected_plate: '15C-123.45',
    pickup_id: `pickup of ${id}`,
    ...change,
  } as PackManifest,
  state,
  waiting: false,
  events: events as StoredEvent[],
});
const event = (id: string, kind: StoredEvent['kind'], plate: string | null, progress = 'waiting') =>
  ({ id, kind, progress, payload: { plate } }) as StoredEvent;

describe('what is on the truck', () => {
  it('is what was picked up and not yet decided about', () => {
    expect(onBoard(standing('a', 'issued'))).toBeNull();
    expect(onBoard(standing('a', 'accepted'))).toBeNull();
    expect(onBoard(standing('a', 'arrived'))).toMatchObject({ pickupId: 'pickup of a' });
  });
  it('takes the pickup and the plate that the driver wrote offline', () => {
    const events = [
      event('refused', 'pickup', '15C-111.11', 'refused'),
      event('own', 'pickup', '15C-678.90'),
    ];
    expect(onBoard(standing('a', 'in_transit', { pickup_id: null }, events))).toMatchObject({
      pickupId: 'own',
      plate: '15C-678.90',
    });
    const later = [...events, event('swap', 'handover', '29H-555.55'), event('look', 'note', null)];
    expect(onBoard(standing('a', 'in_transit', {}, later))).toMatchObject({
      pickupId: 'pickup of a',
      plate: '29H-555.55',
    });
  });
  it('has no code before any pickup is known', () => {
    expect(onBoard(standing('a', 'in_transit', { pickup_id: null }))).toBeNull();
  });
});

describe('the groups of one truck', () => {
  const ids = (standings: Standing[], asked: string) =>
    groupsFor(standings, asked).map((group) => group.map((load) => load.manifestId));
  const on = (id: string, change: Partial<PackManifest> = {}) => standing(id, 'in_transit', change);

  it('names two manifests in a code, the one asked for first', () => {
    const four = [on('a'), on('b'), on('c'), on('other', { expected_plate: '15C-678.90' })];
    expect(ids(four, 'b')).toEqual([['b', 'a'], ['c']]);
    expect(ids(four, 'other')).toEqual([['other']]);
    expect(ids(four, 'nobody')).toEqual([]);
  });
  it('names a trip of more than two as a whole', () => {
    const trip = { trip_id: 't' };
    const all = [on('a', trip), on('b', trip), on('c', trip), on('d')];
    expect(ids(all, 'c')).toEqual([['c', 'a', 'b'], ['d']]);
    const [whole, single] = groupsFor(all, 'c');
    const certificate = {} as LiveFacts['certificate'];
    expect(factsOf(whole ?? [], certificate)).toMatchObject({
      carried: { trip: 't' },
      pickupId: 'pickup of c',
      plate: '15C-123.45',
    });
    expect(factsOf(single ?? [], certificate).carried).toEqual({ manifests: ['d'] });
  });
});
