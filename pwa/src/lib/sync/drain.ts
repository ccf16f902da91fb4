/**
 * Sending the outbox: one sender at a time among all pages and the service worker, in batches, in order, again and
 * again until the server has answered for every event.
 */
import { answer, api } from '$lib/api/client';
import { ApiProblem, Unreachable } from '$lib/api/problem';
import type { EventResult, EventsAnswer } from '$lib/api/types';
import { changed } from '$lib/local/changes';
import { fact, putFact } from '$lib/local/db';
import { outboxItems, type OutboxItem } from '$lib/local/outbox';
import { waitMs } from './backoff';
import { countAttempt, settle } from './settle';
import { sessionEnded } from './sign_in';

/** How a round of sending ended. */
export type Drained = 'empty' | 'sent' | 'later' | 'no_session';

export interface DrainPorts {
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  lock: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  post: (body: { sent_at: string; events: string[] }) => Promise<EventsAnswer>;
}

export const PORTS: DrainPorts = {
  now: () => Date.now(),
  random: () => Math.random(),
  lock: async (name, work) => navigator.locks.request(name, work),
  post: (body) => answer(api.POST('/api/v1/field/events', { body })),
};

const BATCH = 50;
const BATCH_CHARACTERS = 900_000;
/** The batch itself was not acceptable: which event is at fault shows when each goes alone. */
const BAD_BATCH = new Set([400, 413, 415, 422]);

/**
 * Sends what waits. With `force` it also tries before the time that the last failure set (a person pressed the
 * button, or the network came back).
 */
export function drain(force: boolean, ports: DrainPorts = PORTS): Promise<Drained> {
  return ports.lock('emanifest.sync', async () => {
    const session = await fact('session');
    if (session === null || session.ended) return 'no_session';
    const state = await fact('sync');
    if (!force && state !== null && ports.now() < state.not_before) return 'later';
    return rounds(ports);
  });
}

async function rounds(ports: DrainPorts): Promise<Drained> {
  let sent = false;
  for (;;) {
    const items = fitting(await outboxItems(BATCH));
    if (items.length === 0) return sent ? 'sent' : 'empty';
    try {
      const settled = await deliver(items, ports);
      if (settled === 0) throw new Unreachable('no result for any event');
      sent = true;
      await putFact('sync', { failures: 0, not_before: 0, last_sent_at: ports.now(), last_problem: null });
    } catch (error) {
      await countAttempt(items);
      const ended = error instanceof ApiProblem && error.problem.status === 401;
      if (ended) await sessionEnded();
      else await postpone(error, ports);
      changed('sync');
      return ended ? 'no_session' : 'later';
    } finally {
      changed('events');
    }
  }
}

/** As many of the first as one request should carry, and always one. */
function fitting(items: readonly OutboxItem[]): OutboxItem[] {
  let characters = 0;
  return items.filter(
    ({ event }, index) => (characters += event.jws.length) <= BATCH_CHARACTERS || index === 0,
  );
}

async function deliver(items: readonly OutboxItem[], ports: DrainPorts): Promise<number> {
  try {
    // sent_at is stamped anew at every attempt: the server trusts it only so.
    const { results } = await ports.post({
      sent_at: new Date(ports.now()).toISOString(),
      events: items.map(({ event }) => event.jws),
    });
    return await settle(items, results, ports.now());
  } catch (error) {
    if (!(error instanceof ApiProblem) || !BAD_BATCH.has(error.problem.status)) throw error;
    if (items.length === 1) return settle(items, [refusal(error)], ports.now());
    let settled = 0;
    for (const item of items) settled += await deliver([item], ports);
    return settled;
  }
}

/** A single event that the server will not even take: refused with the request's own problem. */
function refusal(error: ApiProblem): EventResult {
  const { problem } = error;
  return { index: 0, id: null, outcome: 'refused', state: null, evidence_grade: null, findings: [], problem };
}

async function postpone(error: unknown, ports: DrainPorts): Promise<void> {
  const before = await fact('sync');
  const failures = (before?.failures ?? 0) + 1;
  const retryAfter = error instanceof ApiProblem ? error.retryAfterS : null;
  await putFact('sync', {
    failures,
    not_before: ports.now() + waitMs(failures, ports.random(), retryAfter),
    last_sent_at: before?.last_sent_at ?? null,
    last_problem: error instanceof ApiProblem ? error.problem.code : 'unreachable',
  });
}
