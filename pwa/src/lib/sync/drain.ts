/**
 * Sending the outbox: one sender at a time, in batches that fit the line, each chain in its order, again and again until
 * the server has answered for every event. Whatever happens, an event leaves the outbox only by the server's own word.
 */
import { ApiProblem, Unreachable } from '$lib/api/problem';
import type { EventResult } from '$lib/api/types';
import { changed } from '$lib/local/changes';
import { fact, putFact, type SyncState } from '$lib/local/db';
import { forgetDevice } from '$lib/local/devices';
import { nextBatch, type OutboxItem } from '$lib/local/outbox';
import { askedMs, FRESH, grown, shrunk, type Urge, waitLeft, waitMs } from './backoff';
import { noteEpoch } from './epoch';
import { PORTS, type DrainPorts } from './ports';
import { countAttempt, holdBack, settle } from './settle';
import { sessionEnded } from './sign_in';

/** How a round of sending ended. */
export type Drained = 'empty' | 'sent' | 'later' | 'no_session';

const BATCH_CHARACTERS = 900_000;
/** The batch itself was not acceptable: which event is at fault shows when halves go alone. */
const BAD_BATCH: readonly number[] = [400, 413, 415, 422];
/** Only these words are the server's judgement of an event; a proxy between may say 400 to anything. */
const REFUSING: readonly string[] = ['bad_json', 'bad_request', 'invalid_fields', 'body_too_large'];
/** After so many entries held back in a row the fault is not theirs. */
const HELD_IN_A_ROW = 3;

/** What is known of sending; facts of an earlier build lack some. */
export async function syncState(): Promise<SyncState> {
  return { ...FRESH, ...(await fact('sync')) };
}

/** Sends what waits, as the only sender of this phone, unless it is not yet time for this {@link Urge}. */
export function drain(urge: Urge, ports: DrainPorts = PORTS): Promise<Drained> {
  return ports.lead(async () => {
    const session = await fact('session');
    if (session === null || session.ended) return 'no_session';
    if (waitLeft(await syncState(), ports.now(), urge) > 0) return 'later';
    return rounds(ports);
  });
}

async function rounds(ports: DrainPorts): Promise<Drained> {
  let sent = false;
  let heldInARow = 0;
  for (;;) {
    const state = await syncState();
    const size = { limit: state.batch, characters: BATCH_CHARACTERS };
    const { items, carried, heldUntil } = await nextBatch(size, ports.now());
    if (items.length === 0) return heldUntil === null ? (sent ? 'sent' : 'empty') : 'later';
    const began = ports.now();
    try {
      if ((await deliver(items, carried, ports)) === 0) throw new Unreachable('no result for any event');
      sent = true;
      heldInARow = 0;
      await putFact('sync', {
        ...FRESH,
        batch: grown(state.batch, ports.now() - began),
        last_sent_at: ports.now(),
      });
    } catch (error) {
      const [only] = items;
      if (only !== undefined && items.length === 1 && isItsFault(error) && heldInARow < HELD_IN_A_ROW) {
        heldInARow += 1;
        await holdBack(only, ports.now() + waitMs(only.entry.attempts + 1, ports.random(), null));
        continue;
      }
      return await failed(error, items, began, state, ports);
    } finally {
      changed(
        'events',
        items.map(({ event }) => event.id),
      );
      changed('sync');
    }
  }
}

/** True when the answer may be about this very event: the server stumbled over it, or somebody between dislikes it. */
function isItsFault(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false;
  const { status, code } = error.problem;
  return BAD_BATCH.includes(status) || (status === 500 && code === 'internal');
}

async function failed(
  error: unknown,
  items: readonly OutboxItem[],
  began: number,
  state: SyncState,
  ports: DrainPorts,
): Promise<Drained> {
  await countAttempt(items).catch(() => undefined);
  if (error instanceof ApiProblem && error.problem.status === 401) {
    await sessionEnded();
    return 'no_session';
  }
  const now = ports.now();
  const failures = state.failures + 1;
  const retryAfter = error instanceof ApiProblem ? error.retryAfterS : null;
  const asked = askedMs(retryAfter);
  const faulty = isItsFault(error);
  await putFact('sync', {
    failures,
    // The search for one bad event among many need not wait longer each time.
    not_before: now + waitMs(faulty ? 1 : failures, ports.random(), retryAfter),
    asked_until: asked > 0 ? now + asked : 0,
    batch: shrunk(state.batch, items.length, failures, now - began, faulty),
    last_sent_at: state.last_sent_at,
    last_problem: nameOf(error),
  });
  return 'later';
}

/** The problem's code, `unreachable`, or `storage` when the phone could not write down the answer. */
function nameOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.problem.code;
  return error instanceof DOMException ? 'storage' : 'unreachable';
}

/** Posts events and settles what was answered; returns how many. */
async function deliver(items: readonly OutboxItem[], carried: boolean, ports: DrainPorts): Promise<number> {
  try {
    const roundTrip = ports.roundTrip();
    const { results, epoch } = await ports.post({
      // Stamped anew at every attempt: the server trusts it only so. Another phone's events have another clock.
      sent_at: carried ? null : new Date(ports.now()).toISOString(),
      round_trip_ms: carried ? null : roundTrip,
      events: items.map(({ event }) => event.jws),
    });
    return await settled(items, results, epoch, ports);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !BAD_BATCH.includes(error.problem.status)) throw error;
    const half = Math.ceil(items.length / 2);
    if (items.length > 1) {
      const first = await deliver(items.slice(0, half), carried, ports);
      return first + (await deliver(items.slice(half), carried, ports));
    }
    if (!REFUSING.includes(error.problem.code)) throw error;
    return settled(items, [refusal(error)], null, ports);
  }
}

async function settled(
  items: readonly OutboxItem[],
  results: readonly EventResult[],
  epoch: number | null,
  ports: DrainPorts,
): Promise<number> {
  const nowMs = ports.now();
  const offsetMs = (await fact('clock'))?.offset_ms ?? 0;
  const { count, unknownDevice } = await settle(items, results, { nowMs, offsetMs, epoch });
  await noteEpoch(epoch, nowMs);
  for (const deviceId of new Set(unknownDevice.map((event) => event.device_id))) await forgetDevice(deviceId);
  return count;
}

/** A single event that the server will not even take: refused with the request's own problem. */
function refusal(error: ApiProblem): EventResult {
  const { problem } = error;
  return { index: 0, id: null, outcome: 'refused', state: null, evidence_grade: null, findings: [], problem };
}
