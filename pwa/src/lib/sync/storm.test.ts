// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, Unreachable } from '$lib/api/problem';
import type { EventResult, EventsAnswer } from '$lib/api/types';
import { database, fact, putFact } from '$lib/local/db';
import { writeEvent } from '$lib/local/event_writer';
import { outboxCounts, refusedItems } from '$lib/local/outbox';
import { draft, freshPhone, locks, NOW, writerPorts } from '$lib/local/testing';
import { chance, type Chance } from '$lib/testing/chance';
import { drain } from './drain';
import type { DrainPorts, Outgoing } from './ports';

vi.mock('$lib/api/client', () => ({ api: {}, answer: vi.fn(), whole: vi.fn(), onExchange: vi.fn() }));

const MANIFESTS = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5'];

/** A server behind a line on which everything goes wrong that can. */
class Stormy {
  /** What is stored, in the order of arrival. */
  readonly stored: string[] = [];
  epoch = 7;

  constructor(private readonly luck: Chance) {}

  post = async ({ events }: Outgoing): Promise<EventsAnswer> => {
    const { luck } = this;
    const no = (status: number, code: string, after: number | null = null) =>
      new ApiProblem({ title: '', status, code }, after);
    if (luck.happens(0.15)) throw new Unreachable('nobody there');
    if (luck.happens(0.08)) throw no(503, 'busy', luck.below(4));
    if (luck.happens(0.06)) throw no(429, 'rate_limited', luck.below(9));
    if (luck.happens(0.04)) throw no(401, 'unauthenticated');
    if (luck.happens(0.04)) throw no(500, 'internal');
    const results: EventResult[] = [];
    for (const [index, jws] of events.entries()) {
      // The process dies in the middle of a batch: what is committed stays.
      if (luck.happens(0.01)) throw new Unreachable('cut in the middle');
      const outcome = this.stored.includes(jws) ? 'duplicate' : 'recorded';
      if (outcome === 'recorded') this.stored.push(jws);
      results.push({
        index,
        id: null,
        outcome,
        state: null,
        evidence_grade: null,
        findings: [],
        problem: null,
      });
    }
    if (luck.happens(0.12)) throw new Unreachable('cut after the commit');
    if (luck.happens(0.08))
      return { results: results.slice(0, luck.below(results.length)), epoch: this.epoch };
    return { results: luck.shuffled(results), epoch: this.epoch };
  };
}

let now = NOW;
function ports(server: Stormy, luck: Chance, lock: ReturnType<typeof locks>): DrainPorts {
  return {
    now: () => now,
    random: luck.next,
    lead: (work) => lock('', work),
    post: server.post,
    roundTrip: () => null,
  };
}

async function signInAgain(): Promise<void> {
  const session = await fact('session');
  if (session?.ended) await putFact('session', { ...session, ended: false });
}

beforeEach(async () => {
  now = NOW;
  await freshPhone();
});

describe('a storm on the line', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'loses nothing, stores nothing twice, keeps each manifest’s order (%i)',
    async (seed) => {
      const luck = chance(seed);
      const server = new Stormy(luck);
      const lock = locks();
      const writer = writerPorts();
      const made = new Map<string, string[]>(MANIFESTS.map((manifest) => [manifest, []]));
      const write = async () => {
        const manifest = MANIFESTS[luck.below(MANIFESTS.length)] ?? 'm-1';
        made.get(manifest)?.push((await writeEvent(draft({ manifest_id: manifest }), writer)).jws);
      };
      for (let turn = 0; turn < 400; turn += 1) {
        if (turn < 60) for (let n = luck.below(6); n > 0; n -= 1) await write();
        else if ((await outboxCounts()).waiting === 0) break;
        // Two tabs and the service worker want to send at once.
        const urges = luck.shuffled(['timer', 'network', 'person'] as const);
        await Promise.all(urges.map((urge) => drain(urge, ports(server, luck, lock))));
        await signInAgain();
        now += luck.below(20_000);
      }
      expect((await outboxCounts()).waiting).toBe(0);
      expect(await refusedItems()).toEqual([]);
      const all = [...made.values()].flat();
      expect(server.stored.length).toBe(all.length);
      expect(new Set(server.stored)).toEqual(new Set(all));
      for (const order of made.values()) {
        expect(server.stored.filter((jws) => order.includes(jws))).toEqual(order);
      }
      const events = await (await database()).getAll('events');
      expect(events.every((event) => event.progress === 'recorded' && event.epoch === 7)).toBe(true);
    },
  );

  it.each([11, 12, 13])('gives a restored server everything again (%i)', async (seed) => {
    const luck = chance(seed);
    const server = new Stormy(luck);
    const lock = locks();
    const made: string[] = [];
    for (let n = 0; n < 80; n += 1) made.push((await writeEvent(draft(), writerPorts())).jws);
    const until = async (done: () => Promise<boolean>) => {
      for (let turn = 0; turn < 400 && !(await done()); turn += 1) {
        await drain('person', ports(server, luck, lock));
        await signInAgain();
        now += 20_000;
      }
    };
    await until(async () => (await outboxCounts()).waiting === 0);
    // Back to a backup that had a random part of it.
    server.stored.splice(luck.below(80));
    server.epoch = 8;
    made.push((await writeEvent(draft(), writerPorts())).jws);
    await until(async () => (await outboxCounts()).waiting === 0 && (await fact('epoch'))?.epoch === 8);
    expect(new Set(server.stored)).toEqual(new Set(made));
    expect(server.stored.length).toBe(made.length);
  });
});
