/**
 * Evidence files on this phone: pictures that belong to events, with their bytes, until the server has them and for some
 * time after. A database of its own: a phone that is full of pictures must not endanger the events beside them.
 *
 * A file is `held` while its form is open, `waiting` once an event names it, then `sent` or `refused`.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Refusal } from '$lib/api/types';
import { changed } from './changes';
import { database, fact } from './db';
import type { FileSubject } from './event_payload';

/** This phone has no room for another picture: the picture is not kept, everything else is. */
export class NoRoom extends Error {
  constructor(cause: unknown) {
    super('the storage of this phone is full', { cause });
    this.name = 'NoRoom';
  }
}

export type FileProgress = 'held' | 'waiting' | 'sent' | 'refused';

/** A file without its bytes. */
export interface StoredFile {
  /** SHA-256 of its bytes, lower-case hex: what the event names. */
  sha256: string;
  /** Who took it, and for whom: only a phone of the same organisation sends it. */
  person_id: string;
  organisation_id: string;
  subject: FileSubject;
  /** Media type. */
  type: string;
  length: number;
  /** Phone time, milliseconds. */
  taken_at: number;
  /** The form that holds it. */
  form: string;
  /** The events that name it. */
  event_ids: string[];
  progress: FileProgress;
  /** Bytes that the server has, as far as known. */
  sent_bytes: number;
  /** Phone time, milliseconds. */
  sent_at: number | null;
  /** Why the server refused it. */
  problem: Refusal | null;
}

interface Schema extends DBSchema {
  files: {
    key: string;
    value: StoredFile;
    indexes: { by_event: string; by_form: string; by_progress: FileProgress; by_taken: number };
  };
  bytes: { key: string; value: ArrayBuffer };
  state: { key: 'upload' | 'epoch'; value: UploadState | KnownUploads };
}

/** The epoch of the server that acknowledged what counts as sent. */
interface KnownUploads {
  epoch: number;
}

/** When to try sending again. */
export interface UploadState {
  failures: number;
  /** Phone time before which nobody tries by itself, milliseconds. */
  not_before: number;
  last_problem: string | null;
}

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function files(): Promise<IDBPDatabase<Schema>> {
  if (opened !== null) return opened;
  const opening = openDB<Schema>('emanifest-files', 1, {
    upgrade(db) {
      const store = db.createObjectStore('files', { keyPath: 'sha256' });
      store.createIndex('by_event', 'event_ids', { multiEntry: true });
      store.createIndex('by_form', 'form');
      store.createIndex('by_progress', 'progress');
      store.createIndex('by_taken', 'taken_at');
      db.createObjectStore('bytes');
      db.createObjectStore('state');
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  });
  opened = opening;
  opening.catch(() => (opened = null));
  return opening;
}

/** SHA-256 in lower-case hex. */
export async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a form knows of a file it holds. */
export interface NewFile {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  subject: FileSubject;
  form: string;
}

/** Keeps a file for a form; returns after the transaction's `complete`. Throws {@link NoRoom}. */
export async function holdFile(file: NewFile, nowMs: number): Promise<StoredFile> {
  const session = await fact('session');
  const db = await files();
  const name = await sha256(file.bytes);
  const before = await db.get('files', name);
  const entry: StoredFile = before ?? {
    sha256: name,
    person_id: session?.person.id ?? '',
    organisation_id: session?.acting.organisation_id ?? '',
    subject: file.subject,
    type: file.type,
    length: file.bytes.length,
    taken_at: nowMs,
    form: file.form,
    event_ids: [],
    progress: 'held',
    sent_bytes: 0,
    sent_at: null,
    problem: null,
  };
  try {
    const tx = db.transaction(['files', 'bytes'], 'readwrite', { durability: 'strict' });
    await Promise.all([
      tx.objectStore('files').put({ ...entry, form: file.form }),
      tx.objectStore('bytes').put(file.bytes.slice().buffer, name),
      tx.done,
    ]);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError') throw new NoRoom(error);
    throw error;
  }
  return { ...entry, form: file.form };
}

/** Files that a form held when its page went away, oldest first. */
export async function heldFor(form: string): Promise<StoredFile[]> {
  const found = await (await files()).getAllFromIndex('files', 'by_form', form);
  return found.filter((file) => file.progress === 'held').sort((a, b) => a.taken_at - b.taken_at);
}

/** Gives a held file up; one that an event names stays. */
export async function dropHeld(name: string): Promise<void> {
  const tx = (await files()).transaction(['files', 'bytes'], 'readwrite');
  const file = await tx.objectStore('files').get(name);
  if (file?.progress === 'held') {
    await tx.objectStore('files').delete(name);
    await tx.objectStore('bytes').delete(name);
  }
  await tx.done;
}

/** An event names these files: they wait to be sent. */
export async function attachFiles(names: readonly string[], eventId: string): Promise<void> {
  if (names.length === 0) return;
  const tx = (await files()).transaction('files', 'readwrite', { durability: 'strict' });
  for (const name of names) {
    const file = await tx.store.get(name);
    if (file === undefined || file.event_ids.includes(eventId)) continue;
    const progress = file.progress === 'held' ? 'waiting' : file.progress;
    await tx.store.put({ ...file, progress, form: '', event_ids: [...file.event_ids, eventId] });
  }
  await tx.done;
  changed('files');
}

/** Held files that nobody came back for are given up after a day. */
const HELD_MS = 24 * 60 * 60 * 1000;

/**
 * Puts right what a page left half-done when it died: held files that an event names wait from now on, and those that
 * no form came back for are given up.
 */
export async function reconcile(nowMs: number): Promise<void> {
  const held = await (await files()).getAllFromIndex('files', 'by_progress', 'held');
  const oldest = Math.min(...held.map((file) => file.taken_at));
  if (held.length === 0) return;
  const since = IDBKeyRange.lowerBound(oldest);
  const events = await (await database()).getAllFromIndex('events', 'by_saved', since);
  for (const file of held) {
    const naming = events.filter((event) => event.payload.files.includes(file.sha256));
    for (const event of naming) await attachFiles([file.sha256], event.id);
    if (naming.length === 0 && file.taken_at < nowMs - HELD_MS) await dropHeld(file.sha256);
  }
}

/** The bytes of a file, or null when this phone has let them go. */
export async function bytesOf(name: string): Promise<ArrayBuffer | null> {
  return (await (await files()).get('bytes', name)) ?? null;
}

/** Files of an event, in the order they were taken. */
export async function filesOf(eventId: string): Promise<StoredFile[]> {
  const found = await (await files()).getAllFromIndex('files', 'by_event', eventId);
  return found.sort((a, b) => a.taken_at - b.taken_at);
}

/** Files in one state, oldest first. */
export async function filesIn(progress: FileProgress): Promise<StoredFile[]> {
  const found = await (await files()).getAllFromIndex('files', 'by_progress', progress);
  return found.sort((a, b) => a.taken_at - b.taken_at);
}

/** Writes what became of a file. */
export async function settleFile(
  name: string,
  change: Partial<Pick<StoredFile, 'progress' | 'sent_bytes' | 'sent_at' | 'problem'>>,
): Promise<void> {
  const tx = (await files()).transaction('files', 'readwrite', { durability: 'strict' });
  const file = await tx.store.get(name);
  if (file !== undefined) await tx.store.put({ ...file, ...change });
  await tx.done;
  changed('files');
}

/** When to try again. */
export async function uploadState(): Promise<UploadState> {
  const state = (await (await files()).get('state', 'upload')) as UploadState | undefined;
  return state ?? { failures: 0, not_before: 0, last_problem: null };
}

export async function putUploadState(state: UploadState): Promise<void> {
  await (await files()).put('state', state, 'upload');
}

/** Sent pictures stay as long as the events they belong to, milliseconds. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;
/** Above this part of the phone's storage the bytes of sent pictures go, the oldest first. */
const FULL = 0.8;

/** Lets go of what the server has: after 30 days, or before when the storage runs short. What waits stays. */
export async function letGo(nowMs: number, usedPart: number | null): Promise<number> {
  let gone = 0;
  const db = await files();
  for (const file of await filesIn('sent')) {
    const old = (file.sent_at ?? nowMs) < nowMs - KEEP_MS;
    if (!old && (usedPart ?? 0) < FULL) continue;
    const tx = db.transaction(['files', 'bytes'], 'readwrite');
    await tx.objectStore('bytes').delete(file.sha256);
    if (old) await tx.objectStore('files').delete(file.sha256);
    await tx.done;
    gone += 1;
  }
  return gone;
}

/**
 * Takes note of the server's epoch. Another one than before: the server was restored from a backup and may have lost
 * what it acknowledged, so everything it had that is still here waits again. Noted last: a kill in between repeats it.
 */
export async function followEpoch(epoch: number | null): Promise<void> {
  const db = await files();
  const known = (await db.get('state', 'epoch')) as KnownUploads | undefined;
  if (epoch === null || known?.epoch === epoch) return;
  if (known !== undefined) await sendAgain();
  await db.put('state', { epoch }, 'epoch');
}

async function sendAgain(): Promise<void> {
  const db = await files();
  for (const file of await filesIn('sent')) {
    if ((await db.getKey('bytes', file.sha256)) === undefined) continue;
    await settleFile(file.sha256, { progress: 'waiting', sent_bytes: 0, sent_at: null });
  }
}
