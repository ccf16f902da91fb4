/** What the phone's database holds: its stores and the rows in them. */
import type { DBSchema } from 'idb';
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
  /** True after the server said that it does not know this device: it is entered again by its certificate. */
  forgotten?: boolean;
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

/**
 * An event this phone made or carries for another. Acknowledged ones stay 30 days, for a server that was restored from
 * a backup.
 */
export interface StoredEvent {
  id: string;
  /** Whose it is; null for one that this phone only carries. */
  person_id: string | null;
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
  /** Phone time of the answer, milliseconds. */
  answered_at: number | null;
  /** Server time of the answer, milliseconds: the thirty days count from here, whatever the phone's clock does. */
  acknowledged_at: number | null;
  /** Epoch of the server that acknowledged it. */
  epoch: number | null;
  /** Phone time when another phone or a file took a copy, milliseconds. */
  handed_over_at: number | null;
  /** How often it went back into the outbox. */
  taken_up?: number;
}

/** One event on its way to the server. */
export interface OutboxEntry {
  /** Order of sending: entries get rising numbers in the order in which they were written. */
  place: number;
  event_id: string;
  /** Entries of one chain are sent in their order: the manifest, or the device where there is none. */
  chain: string;
  /** True for an event of another phone: its times are not this phone's. */
  carried: boolean;
  added_at: number;
  attempts: number;
  /** Phone time before which it and its chain stay behind, milliseconds; null when nothing holds it. */
  held_until: number | null;
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

/** The latest phone time seen: a clock that shows less was set back. */
export interface ClockSeen {
  /** Milliseconds. */
  latest: number;
  /** Phone time when somebody was seen to set the clock, milliseconds; until the offset is measured again. */
  set_at: number | null;
}

/** When to try sending again, and how much at once. */
export interface SyncState {
  failures: number;
  /** Phone time before which nobody tries by itself, milliseconds. */
  not_before: number;
  /** Phone time before which the server asked to be left alone, milliseconds. */
  asked_until: number;
  /** Events of the next request, at most. */
  batch: number;
  last_sent_at: number | null;
  last_problem: string | null;
}

/** The server's epoch, and what its last change set in motion. */
export interface KnownEpoch {
  epoch: number;
  /** Phone time of the last change and how many events were taken up again; null when it never changed. */
  resent: { at: number; count: number } | null;
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

/** How old the field pack is, for screens that need not read the pack. */
export interface PackAge {
  person_id: string;
  /** Phone time when the server last confirmed it, milliseconds. */
  confirmed_at: number;
}

export interface Facts {
  /** Code of an accepted invitation whose device key is not registered yet. */
  invitation: string;
  pack_problem: Failure;
  pack_age: PackAge;
  device_problem: Failure;
  pending_key: PendingKey;
  session: StoredSession;
  clock: ClockOffset;
  clock_seen: ClockSeen;
  sync: SyncState;
  epoch: KnownEpoch;
  notices: StoredNotices;
}

export interface Schema extends DBSchema {
  facts: { key: keyof Facts; value: Facts[keyof Facts] };
  devices: { key: string; value: StoredDevice };
  packs: { key: string; value: StoredPack };
  trust: { key: string; value: StoredTrust };
  events: {
    key: string;
    value: StoredEvent;
    indexes: { by_manifest: string; by_saved: number; by_progress: EventProgress };
  };
  outbox: { key: number; value: OutboxEntry; indexes: { by_event: string } };
  refused: { key: string; value: RefusedEntry };
  copies: { key: [string, string]; value: StoredCopy };
}
