// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseJws, publicKey, verifyJws } from '$lib/seal';
import type { EventsAnswer } from '$lib/api/types';
import type { DrainPorts } from '$lib/sync/ports';
import { sendRescued } from '$lib/sync/rescue';
import { database } from './db';
import { NotSaved, writeEvent } from './event_writer';
import { outboxItems } from './outbox';
import { letGo, rescued } from './rescue';
import { draft, freshPhone, locks, NOW, PERSON, writerPorts } from './testing';

vi.mock('$lib/api/client', () => ({ api: {}, answer: vi.fn(), whole: vi.fn(), onExchange: vi.fn() }));

/** From now on the database takes nothing new, with this error. */
function broken(name: string): void {
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no', name);
  });
}

async function notSaved(): Promise<NotSaved> {
  const error: unknown = await writeEvent(draft(), writerPorts()).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof NotSaved) return error;
  throw new Error(`saved, or another error: ${String(error)}`);
}

function ports(post: DrainPorts['post']): DrainPorts {
  const lock = locks();
  return { now: () => NOW, random: () => 0, lead: (work) => lock('', work), post, roundTrip: () => null };
}
const answers =
  (outcome: 'recorded' | 'refused'): DrainPorts['post'] =>
  ({ events }) => {
    const rest = { id: null, state: null, evidence_grade: null, findings: [], problem: null };
    const answer: EventsAnswer = {
      epoch: 1,
      results: events.map((_, index) => ({ index, outcome, ...rest })),
    };
    return Promise.resolve(answer);
  };

let key: CryptoKeyPair;
beforeEach(async () => {
  key = await freshPhone();
  letGo(rescued().map(({ event }) => event.id));
});
afterEach(() => vi.restoreAllMocks());

describe('a storage that is full or failing', () => {
  it.each([
    ['QuotaExceededError', 'full'],
    ['UnknownError', 'failing'],
  ])(
    'is seen at once (%s), and the signed event is still there to be carried away',
    async (name, trouble) => {
      broken(name);
      const error = await notSaved();
      expect([error.trouble, rescued().map(({ event }) => event.id)]).toEqual([trouble, [error.event.id]]);
      const raw = new Uint8Array(await crypto.subtle.exportKey('raw', key.publicKey));
      const jws = await verifyJws(parseJws(error.event.jws), await publicKey(raw));
      expect(jws.object['device_seq']).toBe(1);
    },
  );

  it('does not give a number twice, and saves all in order once it can', async () => {
    const first = (await writeEvent(draft(), writerPorts())).id;
    broken('QuotaExceededError');
    const lost = [await notSaved(), await notSaved()];
    expect(lost.map(({ event }) => event.payload.device_seq)).toEqual([2, 3]);
    vi.restoreAllMocks();
    const session = await (await database()).get('facts', 'session');
    await (await database()).delete('facts', 'session');
    expect(await sendRescued(ports(answers('recorded')))).toBe(0);
    await (await database()).put('facts', session as NonNullable<typeof session>, 'session');
    const ids = (await outboxItems()).map(({ event }) => event.id);
    expect(ids).toEqual([first, ...lost.map(({ event }) => event.id)]);
    expect((await (await database()).get('devices', PERSON))?.next_seq).toBe(4);
    expect((await writeEvent(draft(), writerPorts())).payload.device_seq).toBe(4);
  });

  it('is gone around when the server can be reached; what it refuses stays', async () => {
    broken('QuotaExceededError');
    const { event } = await notSaved();
    expect(await sendRescued(ports(() => Promise.reject(new Error('nobody'))))).toBe(1);
    expect(await sendRescued(ports(answers('refused')))).toBe(1);
    const sent: string[] = [];
    const post: DrainPorts['post'] = (body) => {
      sent.push(...body.events);
      return answers('recorded')(body);
    };
    expect(await sendRescued(ports(post))).toBe(0);
    expect([sent, rescued()]).toEqual([[event.jws], []]);
  });
});
