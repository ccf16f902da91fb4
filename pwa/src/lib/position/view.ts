/** What a screen says about the position: how exact, how old, and what can be done about it. Pure. */
import { ageMs, GOOD_ACCURACY_M, NEAR_MS } from './fix';
import type { WatchState } from './watch';

export type PositionState =
  | 'searching'
  | 'good'
  /** Less accurate than what proves a place. */
  | 'poor'
  /** Of an earlier minute: it proves where the phone was. */
  | 'old'
  | 'denied'
  | 'timeout'
  | 'unavailable'
  /** A fix that says of itself that an app made it up. */
  | 'mocked'
  /** Fixes that no truck can have reached one from the other. */
  | 'jumping';

export interface PositionView {
  state: PositionState;
  /** Of the best fix, whole metres; null when there is none to show, or it does not say. */
  accuracyM: number | null;
  /** Of the best fix, seconds. */
  ageS: number | null;
}

/** For so long after a jump the position stays doubtful, milliseconds. */
const JUMP_KEPT_MS = 2 * 60_000;

/** The view of a watch at `nowMs`. */
export function positionView({ status, fix, jumpedAt }: WatchState, nowMs: number): PositionView {
  if (status === 'denied') return { state: 'denied', accuracyM: null, ageS: null };
  if (fix === null) return { state: without(status), accuracyM: null, ageS: null };
  const age = ageMs(fix, nowMs);
  const view = {
    accuracyM: fix.accuracy_m === null ? null : Math.max(1, Math.round(fix.accuracy_m)),
    ageS: Math.round(age / 1000),
  };
  if (fix.mocked) return { ...view, state: 'mocked' };
  if (jumpedAt !== null && nowMs - jumpedAt <= JUMP_KEPT_MS) return { ...view, state: 'jumping' };
  if (age > NEAR_MS) return { ...view, state: 'old' };
  return { ...view, state: (fix.accuracy_m ?? Infinity) <= GOOD_ACCURACY_M ? 'good' : 'poor' };
}

function without(status: WatchState['status']): PositionState {
  switch (status) {
    case 'denied':
    case 'timeout':
    case 'unavailable':
      return status;
    case 'off':
    case 'searching':
    case 'fix':
      return 'searching';
  }
}

export type System = 'android' | 'ios' | 'other';

/** The system whose settings a person has to open. */
export function systemOf(agent: string): System {
  if (/Android/i.test(agent)) return 'android';
  return /iPhone|iPad|iPod/.test(agent) ? 'ios' : 'other';
}
