/** Fixes of the phone's positioning and which of them is worth more. Pure; distances in metres, times in ms. */
import type { EventPosition, PositionMissing } from '$lib/local/event_payload';

/** A fix at most this inaccurate proves a place. */
export const GOOD_ACCURACY_M = 100;
/** A fix at most this far in time from an event belongs to it. */
export const NEAR_MS = 2 * 60_000;
/** Good enough to wait no longer. */
const SHARP_ACCURACY_M = 30;
const FRESH_MS = 20_000;

/** Where positioning stands. */
export type PositionStatus = 'off' | 'searching' | 'fix' | PositionMissing;

/** The browser's fix in the form that events carry. */
export function fixOf(found: GeolocationPosition): EventPosition {
  const { latitude, longitude, accuracy, speed, heading } = found.coords;
  const finite = (value: number | null) => (value !== null && Number.isFinite(value) ? value : null);
  return {
    lat: latitude,
    lon: longitude,
    accuracy_m: finite(accuracy),
    speed_mps: finite(speed),
    heading_deg: finite(heading),
    fix_time: new Date(found.timestamp).toISOString(),
    mocked: saysMocked(found),
  };
}

/**
 * Whether the fix says of itself that an app made it up. Browsers do not tell; wrappers around them do, in one of these
 * places. Silence is no proof of the opposite: the server judges by other evidence.
 */
function saysMocked(found: GeolocationPosition): boolean {
  const said = (holder: object): unknown[] =>
    ['mocked', 'isMock', 'isFromMockProvider'].map((name) => (holder as Record<string, unknown>)[name]);
  return [...said(found), ...said(found.coords)].includes(true);
}

/** Faster than any truck, metres a second: what moves so has not moved. */
const JUMP_MPS = 70;
/** Fixes less accurate than this jump by themselves, between one mast and the next. */
const JUMP_ACCURACY_M = 50;

/** True when nobody can have gone from one fix to the other: two exact ones, too far apart for the time between. */
export function jumps(from: EventPosition | null, to: EventPosition): boolean {
  if (from === null || accuracy(from) > JUMP_ACCURACY_M || accuracy(to) > JUMP_ACCURACY_M) return false;
  const seconds = (Date.parse(to.fix_time) - Date.parse(from.fix_time)) / 1000;
  if (seconds <= 0) return false;
  return distanceM(from, to) - accuracy(from) - accuracy(to) > JUMP_MPS * Math.max(1, seconds);
}

/** Metres between two fixes, on a sphere: exact enough to tell a jump. */
function distanceM(a: EventPosition, b: EventPosition): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const x = radians(b.lon - a.lon) * Math.cos(radians((a.lat + b.lat) / 2));
  return 6_371_000 * Math.hypot(x, radians(b.lat - a.lat));
}

/** Age of a fix in milliseconds, never negative. */
export function ageMs(fix: EventPosition, nowMs: number): number {
  return Math.max(0, nowMs - Date.parse(fix.fix_time));
}

function accuracy(fix: EventPosition): number {
  return fix.accuracy_m ?? Number.POSITIVE_INFINITY;
}

/** True when the fix proves a place for an event at `atMs`. */
export function isGood(fix: EventPosition | null, atMs: number): fix is EventPosition {
  return (
    fix !== null && accuracy(fix) <= GOOD_ACCURACY_M && Math.abs(atMs - Date.parse(fix.fix_time)) <= NEAR_MS
  );
}

/** True when waiting for a better one is not worth a driver's time. */
export function isSharp(fix: EventPosition | null, nowMs: number): boolean {
  return fix !== null && accuracy(fix) <= SHARP_ACCURACY_M && ageMs(fix, nowMs) <= FRESH_MS;
}

/** The one worth more now: one that still belongs to the present before one that does not, then the more accurate, then the younger. */
export function better(
  a: EventPosition | null,
  b: EventPosition | null,
  nowMs: number,
): EventPosition | null {
  if (a === null || b === null) return a ?? b;
  const near = (fix: EventPosition) => ageMs(fix, nowMs) <= NEAR_MS;
  if (near(a) !== near(b)) return near(a) ? a : b;
  // A much younger fix wins over a slightly sharper one: the truck may have moved.
  const younger = Date.parse(a.fix_time) >= Date.parse(b.fix_time) ? a : b;
  const older = younger === a ? b : a;
  const gap = Date.parse(younger.fix_time) - Date.parse(older.fix_time);
  if (gap > FRESH_MS && accuracy(younger) <= GOOD_ACCURACY_M) return younger;
  return accuracy(older) < accuracy(younger) ? older : younger;
}

/** Why there is no position, from the browser's error. */
export function missingOf(error: { code: number }): PositionMissing {
  if (error.code === 1) return 'denied';
  return error.code === 3 ? 'timeout' : 'unavailable';
}
