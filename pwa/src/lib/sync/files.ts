/**
 * Sending evidence files: one at a time, after the event that names it, in parts that a cut does not undo. The server
 * is asked where an upload stands before anything is sent, so that a killed page, a restarted server and a second tab
 * all go on from the same byte.
 */
import { ApiProblem, retryAfterSeconds, toProblem, Unreachable } from '$lib/api/problem';
import type { Refusal } from '$lib/api/types';
import { database, fact } from '$lib/local/db';
import {
  bytesOf,
  filesIn,
  followEpoch,
  putUploadState,
  reconcile,
  settleFile,
  sha256,
  uploadState,
  type StoredFile,
} from '$lib/local/evidence';
import { waitMs } from './backoff';
import { sessionEnded } from './sign_in';

/** How a round ended. */
export type FilesSent = 'empty' | 'sent' | 'later' | 'no_session';

/** How an upload stands at the server. */
export interface Standing {
  offset: number;
  complete: boolean;
}

export interface FilePorts {
  /** Phone time, milliseconds. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  lock: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** How the own upload stands; null when the server has nothing of it. */
  ask: (name: string) => Promise<Standing | null>;
  /** Sends a part; how the upload stands then. */
  put: (name: string, offset: number, length: number, part: ArrayBuffer) => Promise<Standing>;
}

/** A part takes longer than this only where nothing comes through, milliseconds; the server's patience is shorter. */
const TIMEOUT_MS = 40_000;

async function request(name: string, init: RequestInit): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    return await fetch(`/api/v1/field/files/${name}`, {
      credentials: 'same-origin',
      cache: 'no-store',
      signal: abort.signal,
      ...init,
    });
  } catch (cause) {
    throw new Unreachable(cause);
  } finally {
    clearTimeout(timer);
  }
}

/** How it stands by an answer's headers; an answer without them is somebody else's, such as a captive portal's. */
function standing(response: Response): Standing {
  const offset = Number(response.headers.get('upload-offset') ?? Number.NaN);
  if (!Number.isInteger(offset)) throw new Unreachable('no answer of the server');
  return { offset, complete: response.headers.get('upload-complete') === '?1' };
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const wait = retryAfterSeconds(response.headers.get('retry-after'), Date.now());
  return new ApiProblem(toProblem(body, response.status), wait);
}

export const PORTS: FilePorts = {
  now: () => Date.now(),
  random: () => Math.random(),
  lock: async (name, work) => navigator.locks.request(name, work),
  async ask(name) {
    const response = await request(name, { method: 'HEAD' });
    if (response.ok) return standing(response);
    if (response.status === 404) return null;
    throw await problemOf(response);
  },
  async put(name, offset, length, part) {
    const response = await request(name, {
      method: 'PUT',
      headers: { 'upload-offset': String(offset), 'upload-length': String(length) },
      body: part,
    });
    if (response.ok || response.status === 409) return standing(response);
    throw await problemOf(response);
  },
};

/** Parts grow while they come through and shrink when one does not, bytes. */
const FIRST_PART = 128 * 1024;
const LEAST_PART = 16 * 1024;
const MOST_PART = 1024 * 1024;
/** A server that sends a phone back and forth is left alone for now. */
const MOST_STEPS = 2_000;
/** The file itself is not acceptable: sending it again changes nothing. */
const REFUSED = new Set(['file_kind', 'file_metadata', 'body_too_large', 'invalid_fields', 'upload_hash']);

/** Sends what waits and may go now. With `force` it also tries before the time that the last failure set. */
export function drainFiles(force: boolean, ports: FilePorts = PORTS): Promise<FilesSent> {
  return ports.lock('emanifest.files', async () => {
    await reconcile(ports.now());
    await followEpoch((await fact('epoch'))?.epoch ?? null);
    const session = await fact('session');
    if (session === null || session.ended) return 'no_session';
    const state = await uploadState();
    if (!force && ports.now() < state.not_before) return 'later';
    const mine = (file: StoredFile) =>
      file.person_id === session.person.id || file.organisation_id === session.acting.organisation_id;
    return rounds((await filesIn('waiting')).filter(mine), ports);
  });
}

async function rounds(waiting: readonly StoredFile[], ports: FilePorts): Promise<FilesSent> {
  let sent: FilesSent = 'empty';
  for (const file of waiting) {
    if (!(await isAcknowledged(file))) continue;
    try {
      await deliver(file, ports);
      await putUploadState({ failures: 0, not_before: 0, last_problem: null });
      sent = 'sent';
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) {
        await sessionEnded();
        return 'no_session';
      }
      await postpone(error, ports);
      return 'later';
    }
  }
  return sent;
}

/** True once the server has the event: a picture never goes before what it proves. */
async function isAcknowledged(file: StoredFile): Promise<boolean> {
  const db = await database();
  for (const id of file.event_ids) {
    const event = await db.get('events', id);
    // An event that this phone has forgotten was acknowledged long ago.
    if (event === undefined || event.progress === 'recorded') return true;
  }
  return false;
}

async function deliver(file: StoredFile, ports: FilePorts): Promise<void> {
  const bytes = await bytesOf(file.sha256);
  if (bytes === null || (await sha256(bytes)) !== file.sha256) {
    return refuse(file, { code: 'upload_hash' }, ports);
  }
  try {
    await sendParts(file, bytes, ports);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !REFUSED.has(error.problem.code)) throw error;
    return refuse(file, { code: error.problem.code, detail: error.problem.detail ?? null }, ports);
  }
  await settleFile(file.sha256, { progress: 'sent', sent_bytes: file.length, sent_at: ports.now() });
}

async function sendParts(file: StoredFile, bytes: ArrayBuffer, ports: FilePorts): Promise<void> {
  let stand = (await ports.ask(file.sha256)) ?? { offset: 0, complete: false };
  let part = FIRST_PART;
  for (let step = 0; !stand.complete; step += 1) {
    if (step > MOST_STEPS) throw new Unreachable('the upload does not get on');
    const { offset } = stand;
    const end = Math.min(bytes.byteLength, offset + part);
    try {
      stand = await ports.put(file.sha256, offset, bytes.byteLength, bytes.slice(offset, end));
    } catch (error) {
      if (!(error instanceof Unreachable) || part <= LEAST_PART) throw error;
      // What came through before the cut is kept: ask, and go on in smaller steps.
      part = Math.max(LEAST_PART, Math.floor(part / 4));
      stand = (await ports.ask(file.sha256)) ?? { offset: 0, complete: false };
      continue;
    }
    if (stand.offset >= end) part = Math.min(MOST_PART, part * 2);
    await settleFile(file.sha256, { sent_bytes: stand.offset });
  }
}

/** The file stays on the phone, with the reason. */
async function refuse(file: StoredFile, problem: Refusal, ports: FilePorts): Promise<void> {
  await settleFile(file.sha256, { progress: 'refused', problem, sent_at: ports.now() });
}

async function postpone(error: unknown, ports: FilePorts): Promise<void> {
  const failures = (await uploadState()).failures + 1;
  const retryAfter = error instanceof ApiProblem ? error.retryAfterS : null;
  await putUploadState({
    failures,
    not_before: ports.now() + waitMs(failures, ports.random(), retryAfter),
    last_problem: error instanceof ApiProblem ? error.problem.code : 'unreachable',
  });
}
