import { expect, it, vi } from 'vitest';
import type { StoredEvent } from '$lib/local/db';
import type { EventPosition } from '$lib/local/event_payload';
import { supplementOf, wanting } from './supplement';

vi.mock('./here.svelte', () => ({ watch: { state: { status: 'off', fix: null } } }));

const NOW = Date.parse('2026-11-23T01:10:00Z');
const fix = (accuracy_m: number, ageMs = 0): EventPosition => ({
  lat: 20.85,
  lon: 106.68,
  accuracy_m,
  speed_mps: null,
  heading_deg: null,
  fix_time: new Date(NOW - ageMs).toISOString(),
  mocked: false,
});
const event = (id: string, position: EventPosition | null, change: Partial<StoredEvent> = {}): StoredEvent =>
  ({
    id,
    person_id: 'p',
    kind: 'pickup',
    manifest_id: 'm',
    saved_at: NOW,
    payload: { position, trip_id: 't' },
    ...change,
  }) as StoredEvent;
const ids = (events: StoredEvent[], nowMs = NOW) => wanting(events, 'p', nowMs).map(({ id }) => id);

it('wants a better position only for young events of this person without a good one', () => {
  expect(ids([event('none', null), event('poor', fix(400)), event('good', fix(40))])).toEqual([
    'none',
    'poor',
  ]);
  expect(ids([event('other', null, { person_id: 'q' })])).toEqual([]);
  expect(ids([event('old', null)], NOW + 120_001)).toEqual([]);
  expect(ids([event('free', null, { manifest_id: null })])).toEqual([]);
});

it('supplements an event once, and never a supplement', () => {
  const first = event('first', null);
  const done = event('done', fix(20), {
    kind: 'position_supplement',
    payload: { position: null, supplements: 'first' } as StoredEvent['payload'],
  });
  expect(ids([first, done])).toEqual([]);
});

it('names the event that it supplements', () => {
  expect(supplementOf(event('first', null), fix(20))).toMatchObject({
    kind: 'position_supplement',
    supplements: 'first',
    manifest_id: 'm',
    trip_id: 't',
    position: { accuracy_m: 20 },
    position_missing: null,
  });
});
