/**
 * The phone's own database. Everything the screens show in the field is read from here.
 * Stores keep what belongs to a person under the person's id: two people may share one phone.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type {
  EventKind,
  EventResult,
  FieldPack,
  Manifest,
  NoticeList,
  Person,
  Refusal,
  RoleHeld,
} from '$lib/api/types';
import type { EventPayload } from './event_payload';

/** Who is signed in on this phone, as far as the phone knows. */
export interface StoredSession {
  person: Person;
  /** The role acted in. */
  acting: RoleHeld;
  /** RFC 3339 end of the server's session. */
  expires_at: string;
  demo: boolean;
  /** True after the server said 401: work goes on, sending waits for a new sign-in. */
  ended: boolean;
}

/** This phone's key for one person; the private half cannot leave the browser. */
export interface StoredDevice {
  person_id: string;
  device_id: string;
  name: string;
  key: CryptoKeyPair;
  /** COSE_Sign1, base64url. */
  certificate: string;
  /** Number of the next event, from 1. */
  next_seq: number;
}

export interface StoredPack {
  person_id: string;
  etag: string | null;
  pack: FieldPack;
  /** Phone time when the server last confirmed it, milliseconds. */
  confirmed_at: number;
}

/** What the phone holds to verify seals: pinned roots and the highest trust list seen. */
export interface StoredTrust {
  person_id: string;
  root_keys: string[];
  trust_list: string;
  seq: number;
}

export type EventProgress = 'waiting' | 'recorded' | 'refused';

/** An event this phone made. Acknowledged ones stay 30 days, for a server that was restored from a backup. */
export interface StoredEvent {
  id: string;
  person_id: string;
  device_id: string;
  manifest_id: string | null;
  kind: EventKind;
  jws: string;
  payload: EventPayload;
  /** Phone time of the commit, milliseconds. */
  saved_at: number;
  progress: EventProgress;
  /** The server's answer, once there is one. */
  result: EventResult | null;
  answered_at: number | null;
}

export interface OutboxEntry {
  event_id: string;
  /** Order of sending: device id and sequence number. */
  order: string;
  added_at: number;
  attempts: number;
}

/** An event that the server refused: kept, shown with its reason, never dropped. */
export interface RefusedEntry {
  event_id: string;
  refused_at: number;
  problem: Refusal;
  /** Set when the person has read the reason. */
  seen: boolean;
}

/** A manifest kept on this phone to read without a network: the generator's copy 3. */
export interface StoredCopy {
  person_id: string;
  manifest_id: string;
  manifest: Manifest;
  /** Phone time of the commit, milliseconds. */
  saved_at: number;
}

/** Server time minus phone time, measured at sync. */
export interface ClockOffset {
  offset_ms: number;
  /** RFC 3339, by the phone's clock. */
  measured_at: string;
  /** Half the round trip plus the header's resolution, milliseconds. */
  uncertainty_ms: number;
}

/** When to try sending again. */
export interface SyncState {
  failures: number;
  /** Phone time before which nobody tries by itself, milliseconds. */
  not_before: number;
  last_sent_at: number | null;
  last_problem: string | null;
}

/** A key made for a registration whose answer has not come yet. */
export interface PendingKey {
  person_id: string;
  key: CryptoKeyPair;
}

/** Why the last attempt failed, for the screens that say so. */
export interface Failure {
  message: string;
  /** Phone time, milliseconds. */
  at: number;
}

/** The latest notices, to be read without a network. */
export interface StoredNotices {
  person_id: string;
  list: NoticeList;
  /** Phone time of the look, milliseconds. */
  read_at: number;
}

export interface Facts {
  /** Code of an accepted invitation whose device key is not registered yet. */
  invitation: string;
  pack_problem: Failure;
  device_problem: Failure;
  pending_key: PendingKey;
  session: StoredSession;
  clock: ClockOffset;
  sync: SyncState;
  notices: StoredNotices;
}

interface Schema extends DBSchema {
  facts: { key: keyof Facts; value: Facts[keyof Facts] };
  devices: { key: string; value: StoredDevice };
  packs: { key: string; value: StoredPack };
  trust: { key: string; value: StoredTrust };
  events: {
    key: string;
    value: StoredEvent;
    indexes: { by_manifest: string; by_saved: number; by_progress: EventProgress };
  };
  outbox: { key: string; value: OutboxEntry; indexes: { by_order: string } };
  refused: { key: string; value: RefusedEntry };
  copies: { key: [string, string]; value: StoredCopy };
}

export type Database = IDBPDatabase<Schema>;

const NAME = 'emanifest';
let opened: Promise<Database> | null = null;

/** The database, opened once per page or worker. */
export function database(): Promise<Database> {
  opened ??= openDB<Schema>(NAME, 1, {
    upgrade(db) {
      db.createObjectStore('facts');
      db.createObjectStore('devices', { keyPath: 'person_id' });
      db.createObjectStore('packs', { keyPath: 'person_id' });
      db.createObjectStore('trust', { keyPath: 'person_id' });
      const events = db.createObjectStore('events', { keyPath: 'id' });
      events.createIndex('by_manifest', 'manifest_id');
      events.createIndex('by_saved', 'saved_at');
      events.createIndex('by_progress', 'progress');
      db.createObjectStore('outbox', { keyPath: 'event_id' }).createIndex('by_order', 'order');
      db.createObjectStore('refused', { keyPath: 'event_id' });
      db.createObjectStore('copies', { keyPath: ['person_id', 'manifest_id'] });
    },
    // A newer build in another tab wants to upgrade: let it, and open again when next asked.
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  });
  return opened;
}

/** One of the single facts, or null. */
export async function fact<K extends keyof Facts>(key: K): Promise<Facts[K] | null> {
  return ((await (await database()).get('facts', key)) as Facts[K] | undefined) ?? null;
}

/** Writes one of the single facts; null removes it. */
export async function putFact<K extends keyof Facts>(key: K, value: Facts[K] | null): Promise<void> {
  const db = await database();
  if (value === null) await db.delete('facts', key);
  else await db.put('facts', value, key);
}
