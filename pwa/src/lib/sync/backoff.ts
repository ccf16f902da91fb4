/** When to try again after a failure. */
const FIRST_MS = 2_000;
const LONGEST_MS = 5 * 60_000;

/**
 * Milliseconds to wait after `failures` failures in a row: doubling from two seconds to five minutes, spread over
 * half of that by `random` in [0, 1), and never less than the server's `Retry-After`.
 */
export function waitMs(failures: number, random: number, retryAfterS: number | null): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  const jittered = full / 2 + (full / 2) * random;
  return Math.round(Math.max(jittered, (retryAfterS ?? 0) * 1000));
}
