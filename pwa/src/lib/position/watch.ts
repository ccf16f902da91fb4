/** Watching the phone's position: keeps the best fix, and gives one within a time budget without ever blocking. */
import type { EventPosition, PositionMissing } from '$lib/local/event_payload';
import { ageMs, better, fixOf, isSharp, jumps, missingOf, NEAR_MS, type PositionStatus } from './fix';

export interface WatchState {
  status: PositionStatus;
  /** The best fix so far; stays while newer ones fail. */
  fix: EventPosition | null;
  /** Phone time of the last jump that no truck can make, milliseconds; null when there was none. */
  jumpedAt: number | null;
}

/** What an event gets: a position, or why there is none. */
export interface Located {
  position: EventPosition | null;
  position_missing: PositionMissing | null;
}

type Source = Pick<Geolocation, 'watchPosition' | 'clearWatch' | 'getCurrentPosition'>;

const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 };

export interface Watch {
  readonly state: WatchState;
  /** Begins to watch; each start needs its stop. */
  start(): () => void;
  /** The best position that can be had within `budgetMs`. Never throws. */
  locate(budgetMs: number): Promise<Located>;
  /** Forgets a refusal and looks again: the person has changed the settings. */
  restart(): void;
  /** Calls back at every change. */
  subscribe(listener: (state: WatchState) => void): () => void;
}

/** A watch over the browser's positioning (null where there is none). */
export function createWatch(source: Source | null, now: () => number = () => Date.now()): Watch {
  let state: WatchState = { status: source === null ? 'unavailable' : 'off', fix: null, jumpedAt: null };
  /** The latest fix, better or not: jumps are seen between neighbours in time. */
  let latest: EventPosition | null = null;
  let users = 0;
  let id: number | null = null;
  const listeners = new Set<(state: WatchState) => void>();

  function set(next: WatchState): void {
    state = next;
    for (const listener of listeners) listener(state);
  }
  function found(position: GeolocationPosition): void {
    const next = fixOf(position);
    const jumpedAt = jumps(latest, next) ? now() : state.jumpedAt;
    latest = next;
    set({ status: 'fix', fix: better(state.fix, next, now()), jumpedAt });
  }
  function failed(error: { code: number }): void {
    const fresh = state.fix !== null && ageMs(state.fix, now()) <= NEAR_MS;
    // A watch that merely takes long goes on searching.
    const status = missingOf(error);
    set({ ...state, status: fresh && status !== 'denied' ? 'fix' : status });
  }
  function begin(): void {
    if (source === null || id !== null) return;
    if (state.status !== 'fix') set({ ...state, status: 'searching' });
    id = source.watchPosition(found, failed, OPTIONS);
  }
  function end(): void {
    if (source === null || id === null) return;
    source.clearWatch(id);
    id = null;
  }
  function located(): Located {
    const { fix, status } = state;
    if (fix !== null && ageMs(fix, now()) <= NEAR_MS) return { position: fix, position_missing: null };
    const missing = status === 'denied' || status === 'unavailable' ? status : 'timeout';
    return { position: null, position_missing: missing };
  }

  return {
    get state() {
      return state;
    },
    start() {
      users += 1;
      begin();
      let stopped = false;
      return () => {
        if (stopped) return;
        stopped = true;
        users -= 1;
        if (users === 0) end();
      };
    },
    restart() {
      end();
      if (state.status !== 'fix') set({ ...state, status: source === null ? 'unavailable' : 'off' });
      if (users > 0) begin();
    },
    locate(budgetMs) {
      if (source === null || state.status === 'denied' || isSharp(state.fix, now()))
        return Promise.resolve(located());
      return new Promise((resolve) => {
        let done = false;
        const finish = () => {
          if (done) return;
          done = true;
          clearTimeout(timer);
          listeners.delete(listen);
          resolve(located());
        };
        const listen = (next: WatchState) => {
          if (next.status === 'denied' || isSharp(next.fix, now())) finish();
        };
        const timer = setTimeout(finish, budgetMs);
        listeners.add(listen);
        // A phone that stands still reports nothing through its watch: ask once more.
        source.getCurrentPosition(found, failed, { ...OPTIONS, timeout: budgetMs });
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
