// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { database, fact } from '$lib/local/db';
import { writeEvent } from '$lib/local/event_writer';
import { outboxItems } from '$lib/local/outbox';
import { draft, freshPhone, NOW, writerPorts } from '$lib/local/testing';
import { noteEpoch } from './epoch';
import { forgetOld, settle } from './settle';

vi.mock('$lib/api/client', () => ({ api: {}, answer: vi.fn(), whole: vi.fn(), onExchange: vi.fn() }));

const DAY = 86_400_000;
const waiting = async () => (await outboxItems()).map(({ event }) => event.id);

/** Writes events and lets a server of this epoch acknowledge them. */
async function acknowledged(count: number, epoch: number, nowMs = NOW, offsetMs = 0): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await writeEvent(draft(), writerPorts())).id);
  const items = (await outboxItems()).filter(({ event }) => ids.includes(event.id));
  const results = items.map((_, index) => ({
    index,
    id: null,
    outcome: 'recorded' as const,
    state: null,
    evidence_grade: null,
    findings: [],
    problem: null,
  }));
  await settle(items, results, { nowMs, offsetMs, epoch });
  return ids;
}

beforeEach(async () => {
  await freshPhone();
});

describe('the server’s epoch', () => {
  it('is only noted at first, and means nothing while it stays', async () => {
    await acknowledged(3, 1);
    expect([await noteEpoch(1, NOW), await noteEpoch(1, NOW), await noteEpoch(undefined, NOW)]).toEqual([
      0, 0, 0,
    ]);
    expect(await waiting()).toEqual([]);
    expect(await fact('epoch')).toEqual({ epoch: 1, resent: null });
  });

  it('brings back what an earlier epoch acknowledged, in its order, and nothing twice', async () => {
    const first = await acknowledged(3, 1);
    await noteEpoch(1, NOW);
    const second = await acknowledged(2, 9);
    const open = (await writeEvent(draft(), writerPorts())).id;
    expect(await noteEpoch(9, NOW + 5)).toBe(3);
    expect(await waiting()).toEqual([open, ...first]);
    expect(await noteEpoch(9, NOW + 6)).toBe(0);
    expect(await fact('epoch')).toEqual({ epoch: 9, resent: { at: NOW + 5, count: 3 } });
    const db = await database();
    expect((await db.get('events', second[0] ?? ''))?.progress).toBe('recorded');
  });
});

describe('forgetting', () => {
  it('happens thirty days after the server’s word, by the server’s clock', async () => {
    const db = await database();
    const [id] = await acknowledged(1, 1, NOW, 40 * DAY);
    const [open] = await writeEvent(draft(), writerPorts()).then((event) => [event.id]);
    // The phone's clock was forty days behind: thirty days of the server later it is time.
    await forgetOld(NOW + 69 * DAY);
    expect(await db.getKey('events', id ?? '')).toBe(id);
    await forgetOld(NOW + 71 * DAY);
    expect(await db.getKey('events', id ?? '')).toBeUndefined();
    expect(await db.getKey('events', open ?? '')).toBe(open);
  });
});
