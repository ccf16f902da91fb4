import { describe, expect, it } from 'vitest';
import type { EventPosition } from '$lib/local/event_payload';
import { fixOf, jumps } from './fix';
import { positionView, systemOf } from './view';
import type { WatchState } from './watch';

const NOW = Date.parse('2026-11-23T01:10:00Z');
const fix = (accuracy_m: number | null, ageS = 0, change: Partial<EventPosition> = {}): EventPosition => ({
  lat: 20.85,
  lon: 106.68,
  accuracy_m,
  speed_mps: null,
  heading_deg: null,
  fix_time: new Date(NOW - ageS * 1000).toISOString(),
  mocked: false,
  ...change,
});
const view = (status: WatchState['status'], best: EventPosition | null, jumpedAt: number | null = null) =>
  positionView({ status, fix: best, jumpedAt }, NOW);

describe('what is said of the position', () => {
  it('is how exact and how old the best fix is', () => {
    expect(view('fix', fix(12.4, 17))).toEqual({ state: 'good', accuracyM: 12, ageS: 17 });
    expect(view('fix', fix(0.2))).toMatchObject({ state: 'good', accuracyM: 1 });
    expect(view('fix', fix(900, 3))).toEqual({ state: 'poor', accuracyM: 900, ageS: 3 });
    expect(view('fix', fix(null))).toMatchObject({ state: 'poor', accuracyM: null });
    expect(view('timeout', fix(12, 121))).toEqual({ state: 'old', accuracyM: 12, ageS: 121 });
  });
  it('is why there is none', () => {
    expect(
      (['off', 'searching', 'timeout', 'unavailable', 'denied'] as const).map(
        (status) => view(status, null).state,
      ),
    ).toEqual(['searching', 'searching', 'timeout', 'unavailable', 'denied']);
    expect(view('denied', fix(12))).toEqual({ state: 'denied', accuracyM: null, ageS: null });
  });
  it('is a doubt when a fix says that it was made up, or nobody can have got there', () => {
    expect(view('fix', fix(5, 0, { mocked: true })).state).toBe('mocked');
    expect(view('fix', fix(5), NOW - 119_000).state).toBe('jumping');
    expect(view('fix', fix(5), NOW - 121_000).state).toBe('good');
  });
});

describe('fixes that cannot be true', () => {
  const coords = { latitude: 20.85, longitude: 106.68, accuracy: 5, speed: null, heading: null };
  const found = (change: object, of: object = {}) =>
    fixOf({ timestamp: NOW, coords: { ...coords, ...of }, ...change } as unknown as GeolocationPosition)
      .mocked;

  it('are those that say so, wherever the wrapper says it', () => {
    expect([found({}), found({ mocked: true }), found({}, { isMock: true })]).toEqual([false, true, true]);
    expect([found({ isFromMockProvider: true }), found({ mocked: 'yes' })]).toEqual([true, false]);
  });
  it('are those too far apart for the time between, when both are exact', () => {
    const north = (degrees: number, ageS: number, accuracy = 10) =>
      fix(accuracy, ageS, { lat: 20.85 + degrees });
    expect(jumps(null, north(0, 0))).toBe(false);
    expect(jumps(north(0, 60), north(0.01, 0))).toBe(false); // 1.1 km in a minute
    expect(jumps(north(0, 60), north(0.1, 0))).toBe(true); // 11 km in a minute
    expect(jumps(north(0, 60, 400), north(0.1, 0))).toBe(false); // from one mast to the next
    expect(jumps(north(0, 0), north(0.1, 60))).toBe(false); // an older one that came late
    expect(jumps(north(0, 0.2), north(0.0008, 0))).toBe(false); // 90 m, within a second
  });
});

it('knows whose settings to open', () => {
  const agents = [
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/140',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari',
    'Mozilla/5.0 (X11; Linux x86_64) Chrome/140',
  ];
  expect(agents.map(systemOf)).toEqual(['android', 'ios', 'other']);
});
