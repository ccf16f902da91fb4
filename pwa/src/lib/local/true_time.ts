/**
 * The phone's clock against the server's: the offset measured at the last exchange, and whether somebody set the clock
 * since. A page sees the clock being set by comparing it with the monotonic one; a clock that shows less than what was
 * seen before was set back while no page was open.
 */
import { changed } from './changes';
import { fact, putFact, type ClockOffset, type ClockSeen } from './db';

/** Clocks drift and are corrected by the network in small steps; less than this is nobody's doing, milliseconds. */
const STEP_MS = 2_000;
/** How exactly the latest phone time is kept, milliseconds: a write for every event would cost more than it tells. */
const SEEN_TO_MS = 30_000;

/** Both clocks at one moment, milliseconds. */
export interface Reading {
  wall: number;
  mono: number;
}

/**
 * By how much the clock was set between two readings of one page: negative when back, zero when it ran as it should.
 * A page that was not in sight all the while may have slept, in which the monotonic clock may stand still: it can tell
 * only a step back.
 */
export function stepped(before: Reading, now: Reading, awake: boolean): number {
  const step = Math.round(now.wall - before.wall - (now.mono - before.mono));
  return Math.abs(step) < STEP_MS || (step > 0 && !awake) ? 0 : step;
}

/** The offset after the clock was set by `step`: the same server time, another phone time. */
export function corrected(offset: ClockOffset, step: number): ClockOffset {
  return {
    ...offset,
    offset_ms: offset.offset_ms - step,
    uncertainty_ms: offset.uncertainty_ms + STEP_MS,
  };
}

/** Takes a step into account: the kept offset moves with the clock, and the screen says that the clock was set. */
export async function noteStep(step: number, nowMs: number): Promise<void> {
  if (step === 0) return;
  const offset = await fact('clock');
  if (offset !== null) await putFact('clock', corrected(offset, step));
  await putFact('clock_seen', { latest: nowMs, set_at: nowMs });
  changed('clock');
}

/**
 * The offset if it can be trusted at this phone time, else null. A clock that shows less than it did was set back while
 * nobody looked: nothing is known of the offset then, and the server goes by the time of sending.
 */
export async function trustedOffset(nowMs: number): Promise<ClockOffset | null> {
  const seen = await fact('clock_seen');
  const back = seen !== null && nowMs < seen.latest - STEP_MS;
  if (back) {
    await remember({ latest: nowMs, set_at: nowMs }, true);
    changed('clock');
    return null;
  }
  if (seen === null || nowMs > seen.latest + SEEN_TO_MS) {
    await remember({ latest: nowMs, set_at: seen?.set_at ?? null }, false);
  }
  return fact('clock');
}

/** A full storage must not keep an event from being signed: what cannot be kept is judged again next time. */
async function remember(seen: ClockSeen, forgetOffset: boolean): Promise<void> {
  try {
    if (forgetOffset) await putFact('clock', null);
    await putFact('clock_seen', seen);
  } catch {
    // The event itself will tell of the storage.
  }
}

/** Phone time corrected by the offset measured at the last sync, milliseconds. */
export async function correctedNow(): Promise<number> {
  return Date.now() + ((await fact('clock'))?.offset_ms ?? 0);
}

const reading = (): Reading => ({ wall: Date.now(), mono: performance.now() });
const LOOK_EVERY_MS = 5_000;

/** Looks at both clocks for as long as the page is open. */
export function watchClock(): void {
  let last = reading();
  let awake = document.visibilityState === 'visible';
  const look = () => {
    const now = reading();
    const step = stepped(last, now, awake);
    last = now;
    awake = document.visibilityState === 'visible';
    void noteStep(step, now.wall).then(() => trustedOffset(now.wall));
  };
  setInterval(look, LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', () => {
    awake = false;
    look();
  });
  look();
}
