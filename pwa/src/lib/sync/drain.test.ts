// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, Unreachable } from '$lib/api/problem';
import type { EventResult } from '$lib/api/types';
import { database, fact, putFact } from '$lib/local/db';
import { writeEvent } from '$lib/local/event_writer';
import { outboxItems, refusedItems } from '$lib/local/outbox';
import { draft, freshPhone, locks, NOW, writerPorts } from '$lib/local/testing';
import { drain, type DrainPorts } from './drain';

// The client needs an origin; the sender under test is given its own way to post.
vi.mock('$lib/api/client', () => ({ api: {}, answer: vi.fn(), whole: vi.fn(), onExchange: vi.fn() }));

type Post = DrainPorts['post'];
const result = (index: number, change: Partial<EventResult> = {}): EventResult => ({
  index,
  id: null,
  outcome: 'recorded',
  state: 'in_transit',
  evidence_grade: 'A',
  findings: [],
  problem: null,
  ...change,
});
const all: Post = ({ events }) => Promise.resolve({ results: events.map((_, index) => result(index)) });
const problem = (status: number, code: string, after: number | null = null) =>
  new ApiProblem({ title: '', status, code }, after);

function ports(post: Post, now = NOW): DrainPorts {
  return { now: () => now, random: () => 0.5, lock: locks(), post };
}
async function write(count: number): Promise<string[]> {
  const writer = writerPorts();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push((await writeEvent(draft(), writer)).id);
  return ids;
}
const waiting = async () => (await outboxItems()).map(({ event }) => event.id);

beforeEach(async () => {
  await freshPhone();
});

describe('sending the outbox', () => {
  it('sends in order, in batches of at most fifty, until nothing is left', async () => {
    const ids = await write(120);
    const sizes: number[] = [];
    const seen: string[] = [];
    const post: Post = (body) => {
      sizes.push(body.events.length);
      seen.push(...body.events);
      return all(body);
    };
    expect(await drain(false, ports(post))).toBe('sent');
    expect(sizes).toEqual([50, 50, 20]);
    const db = await database();
    const stored = await Promise.all(ids.map(async (id) => (await db.get('events', id))?.jws));
    expect(seen).toEqual(stored);
    expect(await waiting()).toEqual([]);
    expect(await drain(false, ports(post))).toBe('empty');
  });

  it('keeps a refused event in the visible list with its reason', async () => {
    const [a, b, c] = await write(3);
    const post: Post = () =>
      Promise.resolve({
        results: [
          result(0),
          result(1, { outcome: 'refused', problem: { code: 'device_unknown' } }),
          result(2, { outcome: 'duplicate' }),
        ],
      });
    await drain(false, ports(post));
    expect(await waiting()).toEqual([]);
    const [item, ...more] = await refusedItems();
    expect([item?.event.id, item?.entry.problem.code, more.length]).toEqual([b, 'device_unknown', 0]);
    const db = await database();
    expect([
      (await db.get('events', a ?? ''))?.progress,
      (await db.get('events', c ?? ''))?.progress,
    ]).toEqual(['recorded', 'recorded']);
  });

  it('keeps everything when nobody answers, waits longer each time and obeys Retry-After', async () => {
    const ids = await write(2);
    expect(
      await drain(
        false,
        ports(() => Promise.reject(new Unreachable())),
      ),
    ).toBe('later');
    expect(await waiting()).toEqual(ids);
    expect((await fact('sync'))?.not_before).toBe(NOW + 1_500);
    const never = vi.fn(all);
    expect(await drain(false, ports(never, NOW + 1_000))).toBe('later');
    expect(never).not.toHaveBeenCalled();
    expect(
      await drain(
        true,
        ports(() => Promise.reject(problem(503, 'busy', 90)), NOW + 1_000),
      ),
    ).toBe('later');
    expect((await fact('sync'))?.not_before).toBe(NOW + 1_000 + 90_000);
    expect(await drain(true, ports(all, NOW + 2_000))).toBe('sent');
    expect((await fact('sync'))?.failures).toBe(0);
  });

  it('finds the one bad event of a batch by sending each alone', async () => {
    const [, bad] = await write(3);
    const badJws = (await (await database()).get('events', bad ?? ''))?.jws;
    const post: Post = (body) =>
      body.events.includes(badJws ?? '') ? Promise.reject(problem(400, 'bad_request')) : all(body);
    expect(await drain(false, ports(post))).toBe('sent');
    expect((await refusedItems()).map(({ event }) => event.id)).toEqual([bad]);
    expect(await waiting()).toEqual([]);
  });

  it('leaves entries without a result where they are', async () => {
    const ids = await write(2);
    const post: Post = (body) =>
      body.events.length === 2
        ? Promise.resolve({ results: [result(0)] })
        : Promise.reject(new Unreachable());
    expect(await drain(false, ports(post))).toBe('later');
    expect(await waiting()).toEqual([ids[1]]);
    expect(
      await drain(
        true,
        ports(() => Promise.resolve({ results: [] })),
      ),
    ).toBe('later');
    expect(await waiting()).toEqual([ids[1]]);
  });

  it('stops at an ended session, keeps all, and goes on after a new sign-in', async () => {
    const ids = await write(1);
    expect(
      await drain(
        false,
        ports(() => Promise.reject(problem(401, 'unauthenticated'))),
      ),
    ).toBe('no_session');
    const session = await fact('session');
    expect(session?.ended).toBe(true);
    expect(await drain(true, ports(all))).toBe('no_session');
    expect(await waiting()).toEqual(ids);
    if (session !== null) await putFact('session', { ...session, ended: false });
    expect(await drain(true, ports(all))).toBe('sent');
  });
});
