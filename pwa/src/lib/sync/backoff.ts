/** When to try again after a failure, and how much to send then. */
import type { SyncState } from '$lib/local/db';

const FIRST_MS = 2_000;
/** The longest wait that the phone decides by itself, milliseconds. */
export const LONGEST_MS = 5 * 60_000;
/** The longest wait that a server is granted, milliseconds: a proxy's "tomorrow" must not end a shift. */
export const LONGEST_ASKED_MS = 60 * 60_000;

/** Most events of a request, as the contract says. */
export const LARGEST_BATCH = 500;
const FIRST_BATCH = 100;
/** A request that took longer than this was too large for the line, milliseconds. */
const SLOW_MS = 5_000;

/** Nothing has happened yet. */
export const FRESH: SyncState = {
  failures: 0,
  not_before: 0,
  asked_until: 0,
  batch: FIRST_BATCH,
  last_sent_at: null,
  last_problem: null,
};

/**
 * Milliseconds to wait after `failures` failures in a row: doubling from two seconds to five minutes, spread over
 * half of that by `random` in [0, 1), and never less than the server's `Retry-After`.
 */
export function waitMs(failures: number, random: number, retryAfterS: number | null): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  const jittered = full / 2 + (full / 2) * random;
  return Math.round(Math.max(jittered, askedMs(retryAfterS)));
}

/** What the server asks for, milliseconds. */
export function askedMs(retryAfterS: number | null): number {
  return Math.min(LONGEST_ASKED_MS, (retryAfterS ?? 0) * 1000);
}

/**
 * Why somebody wants to send. A `timer` waits its time; a `network` that came back does not, but leaves a server alone
 * that asked for it; a `person` who presses the button is not kept waiting.
 */
export type Urge = 'timer' | 'network' | 'person';

/**
 * Milliseconds left to wait. A time further off than any wait that is ever set was written before the phone's clock
 * was set back, and counts for nothing.
 */
export function waitLeft(state: SyncState, nowMs: number, urge: Urge): number {
  const own = left(state.not_before, nowMs, LONGEST_ASKED_MS);
  const asked = left(state.asked_until, nowMs, LONGEST_ASKED_MS);
  if (urge === 'person') return 0;
  return urge === 'network' ? asked : Math.max(own, asked);
}

function left(until: number, nowMs: number, longest: number): number {
  const wait = until - nowMs;
  return wait > 0 && wait <= longest ? wait : 0;
}

/** The next request after one that was answered: twice as large while the line is quick. */
export function grown(batch: number, tookMs: number): number {
  return tookMs > SLOW_MS ? batch : Math.min(LARGEST_BATCH, batch * 2);
}

/**
 * The next request after one that failed. Half as large when the line may not carry it (it took long, or failed more
 * than once) or one event of it may be at fault; a server that is busy is not helped by smaller requests.
 */
export function shrunk(
  batch: number,
  sent: number,
  failures: number,
  tookMs: number,
  faulty: boolean,
): number {
  const halve = faulty || tookMs > SLOW_MS || failures >= 2;
  return halve ? Math.max(1, Math.ceil(Math.min(batch, sent) / 2)) : batch;
}
