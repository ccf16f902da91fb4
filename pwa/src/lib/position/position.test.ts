import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventPosition } from '$lib/local/event_payload';
import { better, isGood, isSharp } from './fix';
import { createWatch } from './watch';

const NOW = Date.parse('2026-11-23T01:10:00Z');
const fix = (accuracy_m: number | null, ageS: number): EventPosition => ({
  lat: 20.85,
  lon: 106.68,
  accuracy_m,
  speed_mps: null,
  heading_deg: null,
  fix_time: new Date(NOW - ageS * 1000).toISOString(),
  mocked: false,
});

describe('which fix is worth more', () => {
  it('takes the more accurate of two that belong to the present', () => {
    expect(better(fix(80, 5), fix(12, 10), NOW)?.accuracy_m).toBe(12);
    expect(better(null, fix(12, 10), NOW)?.accuracy_m).toBe(12);
  });
  it('never keeps a sharp fix of long ago over a present one', () => {
    expect(better(fix(5, 600), fix(900, 1), NOW)?.accuracy_m).toBe(900);
  });
  it('follows a moving truck', () => {
    expect(better(fix(5, 90), fix(20, 1), NOW)?.accuracy_m).toBe(20);
  });
  it('knows what proves a place', () => {
    expect(isGood(fix(100, 119), NOW)).toBe(true);
    expect(isGood(fix(101, 1), NOW)).toBe(false);
    expect(isGood(fix(10, 121), NOW)).toBe(false);
    expect(isGood(fix(null, 1), NOW)).toBe(false);
    expect(isSharp(fix(30, 19), NOW)).toBe(true);
  });
});

type Found = (position: GeolocationPosition) => void;
type Failed = (error: { code: number }) => void;

function source() {
  const calls: { found: Found; failed: Failed }[] = [];
  const cleared: number[] = [];
  const register = (found: Found, failed?: Failed | null) => {
    calls.push({ found, failed: failed ?? (() => undefined) });
    return calls.length;
  };
  const give = (accuracy: number, latitude = 20.85) => {
    const coords = { latitude, longitude: 106.68, accuracy, speed: NaN, heading: null };
    for (const call of calls) call.found({ coords, timestamp: Date.now() } as unknown as GeolocationPosition);
  };
  const fail = (code: number) => {
    for (const call of calls) call.failed({ code });
  };
  return {
    geolocation: {
      watchPosition: register as unknown as Geolocation['watchPosition'],
      getCurrentPosition: register as unknown as Geolocation['getCurrentPosition'],
      clearWatch: (id: number) => void cleared.push(id),
    },
    give,
    fail,
    cleared,
  };
}

describe('the watch', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('answers at once with a sharp fix, and stops when nobody needs it', async () => {
    const phone = source();
    const watch = createWatch(phone.geolocation);
    const first = watch.start();
    const second = watch.start();
    expect(watch.state.status).toBe('searching');
    phone.give(12);
    expect(await watch.locate(6_000)).toMatchObject({
      position: { accuracy_m: 12, speed_mps: null },
      position_missing: null,
    });
    first();
    first();
    expect(phone.cleared).toEqual([]);
    second();
    expect(phone.cleared).toEqual([1]);
  });

  it('waits no longer than the budget and takes the best so far', async () => {
    const phone = source();
    const watch = createWatch(phone.geolocation);
    watch.start();
    const located = watch.locate(6_000);
    await vi.advanceTimersByTimeAsync(2_000);
    phone.give(400);
    await vi.advanceTimersByTimeAsync(4_000);
    expect((await located).position?.accuracy_m).toBe(400);
  });

  it('says timeout, denied or unavailable, and never throws', async () => {
    const phone = source();
    const watch = createWatch(phone.geolocation);
    watch.start();
    const slow = watch.locate(6_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await slow).toEqual({ position: null, position_missing: 'timeout' });
    const asked = watch.locate(6_000);
    phone.fail(1);
    expect(await asked).toEqual({ position: null, position_missing: 'denied' });
    expect(await createWatch(null).locate(6_000)).toEqual({
      position: null,
      position_missing: 'unavailable',
    });
  });

  it('lets an old fix go: it would only prove where the truck was', async () => {
    const phone = source();
    const watch = createWatch(phone.geolocation);
    watch.start();
    phone.give(5);
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    const located = watch.locate(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await located).toEqual({ position: null, position_missing: 'timeout' });
  });

  it('begins anew when the person has allowed it in the settings', () => {
    const phone = source();
    const watch = createWatch(phone.geolocation);
    watch.start();
    phone.fail(1);
    expect(watch.state.status).toBe('denied');
    watch.restart();
    expect([watch.state.status, phone.cleared]).toEqual(['searching', [1]]);
    phone.give(12);
    expect(watch.state).toMatchObject({ status: 'fix', fix: { accuracy_m: 12 } });
  });

  it('remembers a jump, and keeps the best fix all the same', async () => {
    const phone = source();
    const watch = createWatch(phone.geolocation);
    watch.start();
    phone.give(10);
    await vi.advanceTimersByTimeAsync(10_000);
    phone.give(10, 21.85);
    expect(watch.state.jumpedAt).toBe(NOW + 10_000);
    expect(await watch.locate(1_000)).toMatchObject({ position: { accuracy_m: 10 }, position_missing: null });
  });
});
