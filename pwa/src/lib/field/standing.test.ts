import { describe, expect, it } from 'vitest';
import type { EventKind, EventResult, ManifestState, PackManifest } from '$lib/api/types';
import type { StoredEvent, StoredPack } from '$lib/local/db';
import { samePlate, shownPlate } from './plate';
import { driverNext, gateNext, standings } from './standing';

const CONFIRMED = 1_000;
function pack(state: ManifestState): StoredPack {
  const manifest = { id: 'm', state } as PackManifest;
  return {
    person_id: 'p',
    etag: null,
    confirmed_at: CONFIRMED,
    pack: { manifests: [manifest] } as StoredPack['pack'],
  };
}
function event(kind: EventKind, saved_at: number, change: Partial<StoredEvent> = {}): StoredEvent {
  return {
    kind,
    saved_at,
    manifest_id: 'm',
    progress: 'waiting',
    result: null,
    answered_at: null,
    ...change,
  } as StoredEvent;
}
const recorded = (state: ManifestState, answered_at: number): Partial<StoredEvent> => ({
  progress: 'recorded',
  answered_at,
  result: { state } as EventResult,
});
const one = (state: ManifestState, events: StoredEvent[]) => standings(pack(state), events)[0];

describe('where a load stands on this phone', () => {
  it('follows events that wait, in the order they were made', () => {
    expect(one('issued', [event('delivery', 2), event('pickup', 1)])).toMatchObject({
      state: 'arrived',
      waiting: true,
    });
  });
  it('believes the server’s answer until the next pack, then the pack', () => {
    expect(one('issued', [event('pickup', 1, recorded('in_transit', CONFIRMED + 1))])).toMatchObject({
      state: 'in_transit',
      waiting: false,
    });
    expect(one('void', [event('pickup', 1, recorded('in_transit', CONFIRMED - 1))])?.state).toBe('void');
  });
  it('does not move a load that a note or a supplement is about', () => {
    expect(one('issued', [event('position_supplement', 1), event('note', 2)])).toMatchObject({
      state: 'issued',
      waiting: false,
    });
  });
  it('knows whose turn it is', () => {
    expect([driverNext('issued'), driverNext('in_transit'), driverNext('arrived')]).toEqual([
      'pickup',
      'delivery',
      null,
    ]);
    expect([gateNext('issued'), gateNext('arrived'), gateNext('accepted')]).toEqual([
      'arrival',
      'decision',
      null,
    ]);
  });
});

it('compares plates on their normal form', () => {
  expect(samePlate('15C-123.45', '15c 12345')).toBe(true);
  expect(samePlate('15LĐ-12345', '15LD12345')).toBe(true);
  expect(samePlate('15C-123.45', '15C-123.46')).toBe(false);
});

it('shows a plate as it stands on the truck', () => {
  expect(['15C12345', '34LD1234', 'ABC', '15C-123.45'].map(shownPlate)).toEqual([
    '15C-123.45',
    '34LD-1234',
    'ABC',
    '15C-123.45',
  ]);
});
