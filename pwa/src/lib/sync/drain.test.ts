// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, Unreachable } from '$lib/api/problem';
import type { EventResult } from '$lib/api/types';
import { database, fact, putFact } from '$lib/local/db';
import { writeEvent } from '$lib/local/event_writer';
import { outboxItems, refusedItems, sendAgain } from '$lib/local/outbox';
import { DEVICE, draft, freshPhone, locks, NOW, PERSON, writerPorts } from '$lib/local/testing';
import { toCarry } from '$lib/transfer/bundle';
import { keepCarried } from '$lib/transfer/incoming';
import { drain } from './drain';
import type { DrainPorts, Outgoing } from './ports';

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
const answered = (results: EventResult[], epoch = 1) => Promise.resolve({ results, epoch });
const all: Post = ({ events }) => answered(events.map((_, index) => result(index)));
const problem = (status: number, code: string, after: number | null = null) =>
  new ApiProblem({ title: '', status, code }, after);
const fails = (error: Error): Post => vi.fn(() => Promise.reject(error));

function ports(post: Post, now = NOW): DrainPorts {
  const lock = locks();
  return { now: () => now, random: () => 0.5, lead: (work) => lock('', work), post, roundTrip: () => 40 };
}
async function write(count: number, manifest?: string): Promise<string[]> {
  const writer = writerPorts();
  const ids: string[] = [];
  const change = manifest === undefined ? {} : { manifest_id: manifest };
  for (let index = 0; index < count; index += 1) ids.push((await writeEvent(draft(change), writer)).id);
  return ids;
}
const waiting = async () => (await outboxItems()).map(({ event }) => event.id);
const jwsOf = async (id: string | undefined) => (await (await database()).get('events', id ?? ''))?.jws ?? '';

beforeEach(async () => {
  await freshPhone();
});

describe('sending the outbox', () => {
  it('sends in order, in batches that grow to five hundred, until nothing is left', async () => {
    const ids = await write(900);
    const sizes: number[] = [];
    const seen: string[] = [];
    const post: Post = (body) => {
      sizes.push(body.events.length);
      seen.push(...body.events);
      return all(body);
    };
    expect(await drain('timer', ports(post))).toBe('sent');
    expect(sizes).toEqual([100, 200, 400, 200]);
    expect(seen).toEqual(await Promise.all(ids.map(jwsOf)));
    expect(await waiting()).toEqual([]);
    expect(await drain('timer', ports(post))).toBe('empty');
    await write(600);
    sizes.length = 0;
    await drain('timer', ports(post));
    expect(sizes).toEqual([500, 100]);
  });

  it('keeps a refused event in the visible list with its reason, and sends it again when told', async () => {
    const [a, b, c] = await write(3);
    const post: Post = () =>
      answered([
        result(0),
        result(1, { outcome: 'refused', problem: { code: 'unreadable' } }),
        result(2, { outcome: 'duplicate' }),
      ]);
    await drain('timer', ports(post));
    expect(await waiting()).toEqual([]);
    const [item, ...more] = await refusedItems();
    expect([item?.event.id, item?.entry.problem.code, more.length]).toEqual([b, 'unreadable', 0]);
    const db = await database();
    const progress = async (id: string | undefined) => (await db.get('events', id ?? ''))?.progress;
    expect([await progress(a), await progress(c)]).toEqual(['recorded', 'recorded']);
    expect(await sendAgain([b ?? ''])).toBe(1);
    expect([await waiting(), await refusedItems()]).toEqual([[b], []]);
    await drain('timer', ports(all));
    expect(await progress(b)).toBe('recorded');
  });

  it('keeps everything when nobody answers, waits longer each time and obeys Retry-After', async () => {
    const ids = await write(2);
    expect(await drain('timer', ports(fails(new Unreachable())))).toBe('later');
    expect(await waiting()).toEqual(ids);
    expect((await fact('sync'))?.not_before).toBe(NOW + 1_500);
    const never = vi.fn(all);
    expect(await drain('timer', ports(never, NOW + 1_000))).toBe('later');
    expect(never).not.toHaveBeenCalled();
    expect(await drain('network', ports(fails(problem(503, 'busy', 90)), NOW + 1_000))).toBe('later');
    expect((await fact('sync'))?.not_before).toBe(NOW + 1_000 + 90_000);
    expect(await drain('network', ports(never, NOW + 2_000)), 'the server asked to be left alone').toBe(
      'later',
    );
    expect(never).not.toHaveBeenCalled();
    expect(await drain('person', ports(all, NOW + 3_000))).toBe('sent');
    expect((await fact('sync'))?.failures).toBe(0);
  });

  it('is not kept waiting by a time that was written before the clock was set back', async () => {
    await write(1);
    await drain('timer', ports(fails(problem(429, 'rate_limited', 600)), NOW));
    expect(await drain('timer', ports(all, NOW - 2 * 86_400_000))).toBe('sent');
  });

  it('halves what it sends when the line does not carry it, down to one, and grows again', async () => {
    await write(40);
    const sizes: number[] = [];
    let now = NOW;
    const narrow: Post = (body) => {
      sizes.push(body.events.length);
      return body.events.length > 5 ? Promise.reject(new Unreachable()) : all(body);
    };
    for (let turn = 0; (await waiting()).length > 0; turn += 1) {
      expect(turn).toBeLessThan(60);
      await drain('timer', ports(narrow, (now += 600_000)));
    }
    expect(sizes.slice(0, 5)).toEqual([40, 40, 20, 10, 5]);
    expect(Math.max(...sizes.slice(5))).toBeLessThanOrEqual(10);
  });

  it('finds the bad events of a batch by halves, and refuses only by the server’s own words', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 9; n += 1) ids.push(...(await write(1, `manifest-${String(n)}`)));
    const bad = [await jwsOf(ids[2]), await jwsOf(ids[7])];
    const choosy =
      (code: string): Post =>
      (body) =>
        body.events.some((event) => bad.includes(event)) ? Promise.reject(problem(400, code)) : all(body);
    // A proxy's 400 says nothing of ours: the two stay, the others go on.
    expect(await drain('timer', ports(choosy('internal')))).toBe('later');
    for (let turn = 1; turn < 30; turn += 1) {
      await drain('timer', ports(choosy('internal'), NOW + turn * 3_000));
    }
    expect(await waiting()).toEqual([ids[2], ids[7]]);
    expect(await refusedItems()).toEqual([]);
    for (let turn = 0; turn < 5; turn += 1) {
      await drain('person', ports(choosy('bad_request'), NOW + 600_000 * (turn + 1)));
    }
    expect((await refusedItems()).map(({ event }) => event.id).sort()).toEqual([ids[2], ids[7]].sort());
    expect(await waiting()).toEqual([]);
  });

  it('lets one event at which the server stumbles wait with its manifest, and the others go on', async () => {
    const [bad] = await write(1, 'manifest-a');
    const [behind] = await write(1, 'manifest-a');
    await write(6, 'manifest-b');
    const badJws = await jwsOf(bad);
    const stumbling: Post = (body) =>
      body.events.includes(badJws) ? Promise.reject(problem(500, 'internal')) : all(body);
    for (let turn = 0; turn < 12; turn += 1) await drain('timer', ports(stumbling, NOW + turn * 2_100));
    expect(await waiting()).toEqual([bad, behind]);
    expect(await drain('timer', ports(all, NOW + 3_600_000))).toBe('sent');
    expect(await waiting()).toEqual([]);
  });

  it('does not take a server that always stumbles for bad events', async () => {
    const ids = await write(30);
    const post = vi.fn(fails(problem(500, 'internal')));
    for (let turn = 0; turn < 12; turn += 1) await drain('timer', ports(post, NOW + turn * 2_100));
    expect(await waiting()).toEqual(ids);
    expect(post.mock.calls.length).toBeLessThan(40);
  });

  it('leaves entries without a result, or with another’s, where they are', async () => {
    const ids = await write(3);
    const post: Post = (body) =>
      body.events.length === 3
        ? answered([
            result(0),
            result(1, { id: 'somebody-else' }),
            result(2, { outcome: 'new' as 'recorded' }),
          ])
        : Promise.reject(new Unreachable());
    expect(await drain('timer', ports(post))).toBe('later');
    expect(await waiting()).toEqual(ids.slice(1));
    expect(
      await drain(
        'person',
        ports(() => answered([])),
      ),
    ).toBe('later');
    expect(await waiting()).toEqual(ids.slice(1));
  });

  it('stops at an ended session, keeps all, and goes on after a new sign-in', async () => {
    const ids = await write(1);
    expect(await drain('timer', ports(fails(problem(401, 'unauthenticated'))))).toBe('no_session');
    const session = await fact('session');
    expect(session?.ended).toBe(true);
    expect(await drain('person', ports(all))).toBe('no_session');
    expect(await waiting()).toEqual(ids);
    if (session !== null) await putFact('session', { ...session, ended: false });
    expect(await drain('person', ports(all))).toBe('sent');
  });

  it('marks a device that the server does not know', async () => {
    await write(1);
    const unknown = result(0, { outcome: 'refused', problem: { code: 'device_unknown' } });
    await drain(
      'timer',
      ports(() => answered([unknown])),
    );
    expect((await (await database()).get('devices', PERSON))?.forgotten).toBe(true);
    expect((await refusedItems())[0]?.event.device_id).toBe(DEVICE);
  });

  it('stamps each attempt, and never another phone’s events', async () => {
    const [own] = await write(1);
    const { events } = toCarry([await jwsOf(own)], NOW);
    await (await database()).clear('events');
    await (await database()).clear('outbox');
    await keepCarried(events, NOW);
    await write(1);
    const bodies: Outgoing[] = [];
    const post: Post = (body) => {
      bodies.push(body);
      return all(body);
    };
    expect(await drain('timer', ports(post))).toBe('sent');
    const sent_at = '2026-11-23T01:10:00.123Z';
    expect(bodies).toMatchObject([
      { sent_at: null, round_trip_ms: null },
      { sent_at, round_trip_ms: 40 },
    ]);
  });
});
