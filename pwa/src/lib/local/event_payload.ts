/** The payload of a custody event: what this phone signs (the contract's JWS payload). */
import type { EventKind, Role } from '$lib/api/types';

export interface EventPosition {
  lat: number;
  lon: number;
  accuracy_m: number | null;
  speed_mps: number | null;
  heading_deg: number | null;
  /** RFC 3339 UTC, by the phone's clock. */
  fix_time: string;
  mocked: boolean;
}

export type PositionMissing = 'denied' | 'timeout' | 'unavailable';
export type CodeSource = 'camera' | 'photo' | 'typed' | 'list';

export interface EventLine {
  line: number;
  mass_g?: number | null;
  refused_g?: number | null;
  method?: string | null;
}

export interface Counterparty {
  kind: 'signed' | 'code' | 'glass' | 'none';
  name: string | null;
  /** By kind: six digits; on the glass the name of the signature's picture, or its strokes as an SVG path. */
  proof: string | null;
}

export interface Weighing {
  gross_g: number | null;
  tare_g: number | null;
  net_g: number | null;
  ticket: string | null;
  source: 'scale' | 'typed' | 'public_scale';
}

/** What an evidence file shows. */
export type FileSubject = 'load' | 'ticket' | 'signature' | 'physical_seals' | 'vehicle' | 'document';

export interface EventPayload {
  id: string;
  kind: EventKind;
  manifest_id: string | null;
  trip_id?: string | null;
  /** Shared by the events of one scan. */
  scan_id?: string;
  /** For a position_supplement: the event it supplements. */
  supplements?: string;
  device_seq: number;
  /** RFC 3339 with the phone's zone. */
  event_time: string;
  clock?: { offset_ms: number; measured_at: string; mono_ms: number };
  acting?: { role: Role; organisation_id: string };
  code: string | null;
  code_source?: CodeSource;
  site_code: string | null;
  position: EventPosition | null;
  position_missing: PositionMissing | null;
  plate: string | null;
  lines: EventLine[];
  packages: number | null;
  counterparty?: Counterparty;
  weighing?: Weighing;
  details?: Record<string, unknown>;
  comment: string | null;
  /** SHA-256 of evidence files, lower-case hex. */
  files: string[];
  /** What they show, by their names. */
  file_subjects?: Record<string, FileSubject>;
}

/** What a screen knows of an event; id, number, time and signer are added when it is written. */
export type EventDraft = Omit<EventPayload, 'id' | 'device_seq' | 'event_time' | 'clock' | 'acting'>;
