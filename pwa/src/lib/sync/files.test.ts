import { beforeEach, describe, expect, it } from 'vitest';
import { ApiProblem, Unreachable } from '$lib/api/problem';
import { database, fact, putFact, type EventProgress } from '$lib/local/db';
import {
  attachFiles,
  bytesOf,
  dropHeld,
  filesIn,
  filesOf,
  heldFor,
  holdFile,
  letGo,
  reconcile,
  settleFile,
  uploadState,
  type StoredFile,
} from '$lib/local/evidence';
import { writeEvent } from '$lib/local/event_writer';
import { draft, freshPhone, locks, NOW, PERSON, writerPorts } from '$lib/local/testing';
import { noteEpoch } from './epoch';
import { drainFiles, type FilePorts } from './files';

const DAY = 24 * 60 * 60 * 1000;

/** A server that keeps what it is given, as the real one does, and fails as it is told. */
class FakeServer {
  held = new Map<string, { bytes: number[]; length: number }>();
  calls: string[] = [];
  /** Bytes that come through before the line is cut. */
  cutAfter = Number.POSITIVE_INFINITY;
  fail: (() => Error | null) | null = null;

  private standing(name: string) {
    const file = this.held.get(name);
    return file === undefined
      ? null
      : { offset: file.bytes.length, complete: file.bytes.length === file.length };
  }
  get ports(): FilePorts {
    return {
      now: () => NOW,
      random: () => 0,
      lock: locks(),
      ask: (name) => {
        this.calls.push('ask');
        const error = this.fail?.() ?? null;
        return error === null ? Promise.resolve(this.standing(name)) : Promise.reject(error);
      },
      put: (name, offset, length, part) => {
        this.calls.push(`put ${String(offset)}+${String(part.byteLength)}`);
        const error = this.fail?.() ?? null;
        if (error !== null) return Promise.reject(error);
        const file = this.held.get(name) ?? { bytes: [], length };
        this.held.set(name, file);
        if (offset !== file.bytes.length)
          return Promise.resolve({ offset: file.bytes.length, complete: false });
        const through = [...new Uint8Array(part)].slice(0, this.cutAfter);
        for (const byte of through) file.bytes.push(byte);
        if (through.length < part.byteLength) return Promise.reject(new Unreachable('cut'));
        return Promise.resolve(this.standing(name) ?? { offset: 0, complete: false });
      },
    };
  }
}

/** A picture of so many bytes, held by a form. */
async function picture(size: number, seed = 1, form = 'pickup:1'): Promise<StoredFile> {
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed) % 251);
  return holdFile({ bytes, type: 'image/jpeg', subject: 'load', form }, NOW);
}

/** An event of this phone that names a picture, and what the server said of it. */
async function eventWith(file: StoredFile, progress: EventProgress = 'recorded'): Promise<string> {
  const event = await writeEvent(draft({ files: [file.sha256] }), writerPorts());
  await (await database()).put('events', { ...event, progress });
  return event.id;
}

async function named(size: number, seed = 1): Promise<StoredFile> {
  const file = await picture(size, seed);
  await attachFiles([file.sha256], await eventWith(file));
  return file;
}

const progressOf = async (file: StoredFile) =>
  (await Promise.all((['held', 'waiting', 'sent', 'refused'] as const).map(filesIn)))
    .flat()
    .find((each) => each.sha256 === file.sha256)?.progress;

beforeEach(async () => {
  await freshPhone();
  for (const state of ['held', 'waiting', 'sent', 'refused'] as const) {
    for (const file of await filesIn(state)) {
      await settleFile(file.sha256, { progress: 'held' });
      await dropHeld(file.sha256);
    }
  }
  const { putUploadState } = await import('$lib/local/evidence');
  await putUploadState({ failures: 0, not_before: 0, last_problem: null });
});

describe('holding pictures', () => {
  it('finds them again for the same form, and only there', async () => {
    const file = await picture(10);
    expect((await heldFor('pickup:1')).map((each) => each.sha256)).toEqual([file.sha256]);
    expect(await heldFor('pickup:2')).toEqual([]);
    await attachFiles([file.sha256], await eventWith(file));
    expect(await heldFor('pickup:1')).toEqual([]);
    await dropHeld(file.sha256);
    expect(await progressOf(file)).toBe('waiting');
    expect((await filesOf((await filesIn('waiting'))[0]?.event_ids[0] ?? '')).length).toBe(1);
  });

  it('puts right what a page left when it died between event and picture', async () => {
    const [saved, lonely] = [await picture(10, 1), await picture(10, 2)];
    await eventWith(saved);
    await reconcile(NOW + 1);
    expect([await progressOf(saved), await progressOf(lonely)]).toEqual(['waiting', 'held']);
    await reconcile(NOW + 2 * DAY);
    expect(await progressOf(lonely)).toBeUndefined();
    expect(await bytesOf(lonely.sha256)).toBeNull();
  });
});

describe('sending pictures', () => {
  it('sends parts until the server has everything, and says so once', async () => {
    const server = new FakeServer();
    const file = await named(700_000);
    expect(await drainFiles(false, server.ports)).toBe('sent');
    expect(server.calls).toEqual(['ask', 'put 0+131072', 'put 131072+262144', 'put 393216+306784']);
    expect(await progressOf(file)).toBe('sent');
    expect(await drainFiles(false, server.ports)).toBe('empty');
    expect(server.held.get(file.sha256)?.bytes).toEqual([
      ...new Uint8Array((await bytesOf(file.sha256)) ?? new ArrayBuffer(0)),
    ]);
  });

  it('waits until the server has the event', async () => {
    const server = new FakeServer();
    const file = await picture(10);
    const id = await eventWith(file, 'waiting');
    await attachFiles([file.sha256], id);
    expect(await drainFiles(false, server.ports)).toBe('empty');
    expect(server.calls).toEqual([]);
    const db = await database();
    const event = await db.get('events', id);
    if (event !== undefined) await db.put('events', { ...event, progress: 'recorded' });
    expect(await drainFiles(false, server.ports)).toBe('sent');
  });

  it('goes on where a cut left it, in smaller parts', async () => {
    const server = new FakeServer();
    server.cutAfter = 50_000;
    const file = await named(200_000);
    expect(await drainFiles(false, server.ports)).toBe('sent');
    expect(server.calls.slice(0, 4)).toEqual(['ask', 'put 0+131072', 'ask', 'put 50000+32768']);
    expect(server.held.get(file.sha256)?.bytes.length).toBe(200_000);
  });

  it('goes on after this page was killed', async () => {
    const server = new FakeServer();
    const file = await named(200_000);
    const bytes = new Uint8Array((await bytesOf(file.sha256)) ?? new ArrayBuffer(0));
    server.held.set(file.sha256, { bytes: [...bytes.slice(0, 131_072)], length: 200_000 });
    expect(await drainFiles(false, server.ports)).toBe('sent');
    expect(server.calls).toEqual(['ask', 'put 131072+68928']);
  });

  it('asks for nothing to be sent that is there', async () => {
    const server = new FakeServer();
    const file = await named(10);
    server.held.set(file.sha256, { bytes: Array<number>(10).fill(0), length: 10 });
    expect(await drainFiles(false, server.ports)).toBe('sent');
    expect(server.calls).toEqual(['ask']);
  });

  it('waits after a failure, longer each time, and as long as the server asks', async () => {
    const server = new FakeServer();
    await named(10);
    server.fail = () => new Unreachable();
    expect(await drainFiles(false, server.ports)).toBe('later');
    const once = await uploadState();
    expect(once).toMatchObject({ failures: 1, last_problem: 'unreachable' });
    expect(await drainFiles(false, server.ports)).toBe('later');
    expect(server.calls.length, 'not before its time').toBe(1);
    server.fail = () => new ApiProblem({ title: '', status: 429, code: 'upload_quota' }, 3_000);
    expect(await drainFiles(true, server.ports)).toBe('later');
    expect((await uploadState()).not_before).toBe(NOW + 3_000_000);
    server.fail = null;
    expect(await drainFiles(true, server.ports)).toBe('sent');
    expect(await uploadState()).toMatchObject({ failures: 0, not_before: 0 });
  });

  it('keeps a refused picture with its reason and goes on with the next', async () => {
    const server = new FakeServer();
    const [bad, good] = [await named(10, 1), await named(20, 2)];
    let first = true;
    server.fail = () => {
      if (!first) return null;
      first = false;
      return new ApiProblem({ title: '', status: 422, code: 'file_metadata', detail: 'Exif' });
    };
    expect(await drainFiles(false, server.ports)).toBe('sent');
    const states = [await progressOf(bad), await progressOf(good)];
    expect(states.sort()).toEqual(['refused', 'sent']);
    const refused = (await filesIn('refused'))[0];
    expect(refused?.problem).toEqual({ code: 'file_metadata', detail: 'Exif' });
    expect(await bytesOf(refused?.sha256 ?? '')).not.toBeNull();
  });

  it('stops when the session ends', async () => {
    const server = new FakeServer();
    await named(10);
    server.fail = () => new ApiProblem({ title: '', status: 401, code: 'unauthenticated' });
    expect(await drainFiles(false, server.ports)).toBe('no_session');
    expect((await fact('session'))?.ended).toBe(true);
    expect(await drainFiles(true, server.ports)).toBe('no_session');
    expect((await filesIn('waiting')).length).toBe(1);
  });

  it('leaves the pictures of somebody of another organisation for them', async () => {
    const server = new FakeServer();
    await named(10);
    const session = await fact('session');
    if (session === null) throw new Error('no session');
    const stranger = { ...session.person, id: '01932c00-0000-7000-8000-0000000000ff' };
    const elsewhere = { ...session.acting, organisation_id: '01932c00-0000-7000-8000-0000000000fe' };
    await putFact('session', { ...session, person: stranger, acting: elsewhere });
    expect(await drainFiles(false, server.ports)).toBe('empty');
    await putFact('session', { ...session, person: stranger });
    expect(await drainFiles(false, server.ports)).toBe('sent');
    expect(PERSON).not.toBe(stranger.id);
  });
});

describe('letting go', () => {
  it('keeps what waits, drops sent bytes when the phone is full, and everything after 30 days', async () => {
    const server = new FakeServer();
    const sent = await named(10, 1);
    await drainFiles(false, server.ports);
    const waiting = await picture(10, 2);
    await attachFiles([waiting.sha256], await eventWith(waiting, 'waiting'));
    expect(await letGo(NOW + DAY, 0.5)).toBe(0);
    expect(await letGo(NOW + DAY, 0.95)).toBe(1);
    expect([await bytesOf(sent.sha256), await progressOf(sent)]).toEqual([null, 'sent']);
    await letGo(NOW + 31 * DAY, null);
    expect(await progressOf(sent)).toBeUndefined();
    expect(await bytesOf(waiting.sha256)).not.toBeNull();
  });

  it('sends again what a restored server may have lost', async () => {
    const server = new FakeServer();
    const file = await named(10);
    const db = await database();
    await db.clear('outbox');
    await noteEpoch(1, NOW);
    await drainFiles(false, server.ports);
    server.held.clear();
    expect(await drainFiles(false, server.ports)).toBe('empty');

    await noteEpoch(2, NOW);
    // Its event goes first: the restored server may not know it either.
    expect(await drainFiles(false, server.ports)).toBe('empty');
    expect(await progressOf(file)).toBe('waiting');
    for (const event of await db.getAll('events')) await db.put('events', { ...event, progress: 'recorded' });
    expect(await drainFiles(false, server.ports)).toBe('sent');
    expect(server.held.get(file.sha256)?.bytes.length).toBe(10);
    expect(await drainFiles(false, server.ports)).toBe('empty');
  });
});
