/**
 * A better fix within two minutes after an event that was saved without a good one becomes a signed
 * position_supplement. Derived from the stored events, so that it survives a reload of the page.
 */
import { onChange } from '$lib/local/changes';
import { database, fact, type StoredEvent } from '$lib/local/db';
import { NotSaved, writeEvent } from '$lib/local/event_writer';
import type { EventDraft, EventPosition } from '$lib/local/event_payload';
import { rescued } from '$lib/local/rescue';
import { isGood, NEAR_MS } from './fix';
import { watch } from './here.svelte';

/** Events of the person that still want a good position at `nowMs`: young, and neither good nor supplemented. */
export function wanting(events: readonly StoredEvent[], person: string, nowMs: number): StoredEvent[] {
  const supplemented = new Set(events.map((event) => event.payload.supplements));
  return events.filter(
    (event) =>
      event.person_id === person &&
      event.kind !== 'position_supplement' &&
      event.manifest_id !== null &&
      nowMs - event.saved_at <= NEAR_MS &&
      !isGood(event.payload.position, event.saved_at) &&
      !supplemented.has(event.id),
  );
}

/** The supplement of an event. */
export function supplementOf(event: StoredEvent, position: EventPosition): EventDraft {
  return {
    kind: 'position_supplement',
    manifest_id: event.manifest_id,
    trip_id: event.payload.trip_id ?? null,
    supplements: event.id,
    code: null,
    site_code: null,
    position,
    position_missing: null,
    plate: null,
    lines: [],
    packages: null,
    comment: null,
    files: [],
  };
}

async function young(nowMs: number): Promise<StoredEvent[]> {
  const db = await database();
  const stored = await db.getAllFromIndex('events', 'by_saved', IDBKeyRange.lowerBound(nowMs - NEAR_MS));
  // A supplement that the storage would not take is made all the same: once is enough.
  return [...stored, ...rescued().map(({ event }) => event)];
}

/** Runs for as long as the page is open. */
export function superviseSupplements(): void {
  let stop: (() => void) | null = null;
  let working = false;

  async function look(): Promise<void> {
    if (working) return;
    working = true;
    try {
      // One page at a time: two would write two supplements.
      await navigator.locks.request('emanifest.supplement', { ifAvailable: true }, async (lock) => {
        if (lock !== null) await supplement();
      });
    } catch (error) {
      // Not saved is rescued and shown; everything else is tried again at the next fix.
      if (!(error instanceof NotSaved)) console.warn('no supplement', error);
    } finally {
      working = false;
    }
  }

  async function supplement(): Promise<void> {
    const session = await fact('session');
    const now = Date.now();
    const open = session === null ? [] : wanting(await young(now), session.person.id, now);
    if (open.length === 0) {
      stop?.();
      stop = null;
      return;
    }
    stop ??= watch.start();
    const { fix } = watch.state;
    for (const event of open) {
      if (isGood(fix, event.saved_at)) await writeEvent(supplementOf(event, fix));
    }
  }

  watch.subscribe(() => {
    if (stop !== null) void look();
  });
  onChange((topic) => {
    if (topic === 'events') void look();
  });
  // Stops the watch when the two minutes are over.
  setInterval(() => {
    if (stop !== null) void look();
  }, 15_000);
  void look();
}
