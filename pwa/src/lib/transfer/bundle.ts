/**
 * Signed events as one piece that another phone can carry to the server: as a file that anybody can read, or as bytes
 * for a series of QR codes. Nothing in it is secret or can be changed unseen: each event is signed by its own phone.
 */
import { fromBase64url, base64url, parseJws, type Bytes } from '$lib/seal';
import type { EventPayload } from '$lib/local/event_payload';
import type { StoredEvent } from '$lib/local/db';
import { storedEvent } from '$lib/local/event_writer';

const FORMAT = 'emanifest.outbox';
/** Most events of one bundle. */
export const MOST_EVENTS = 20_000;
/** The largest bundle that is unpacked, bytes: a small picture must not fill a phone. */
const LARGEST = 64 * 1024 * 1024;

/** Why something is no bundle of events. */
export class NoBundle extends Error {
  constructor() {
    super('no bundle of events');
    this.name = 'NoBundle';
  }
}

interface BundleFile {
  format: typeof FORMAT;
  version: 1;
  /** RFC 3339, by the clock of the phone that made it. */
  made_at: string;
  events: string[];
}

/** The text of a file with these events. */
export function bundleFile(events: readonly string[], nowMs: number): string {
  const made_at = new Date(nowMs).toISOString();
  const file: BundleFile = { format: FORMAT, version: 1, made_at, events: [...events] };
  return JSON.stringify(file, null, 1);
}

/** The events in a file. Throws {@link NoBundle}. */
export function readBundleFile(text: string): string[] {
  let file: Partial<BundleFile> | null;
  try {
    file = JSON.parse(text) as Partial<BundleFile> | null;
  } catch {
    throw new NoBundle();
  }
  const events: unknown = file?.format === FORMAT ? file.events : null;
  if (!Array.isArray(events) || events.length > MOST_EVENTS) throw new NoBundle();
  if (!events.every((event) => typeof event === 'string')) throw new NoBundle();
  return events;
}

/** True when the text comes back from its packed form letter by letter. */
export function isPackable(event: string): boolean {
  try {
    return event.split('.').map(fromBase64url).length === 3;
  } catch {
    return false;
  }
}

/** Packs events for QR codes: their parts as bytes, each with its length, compressed. */
export async function pack(events: readonly string[]): Promise<Bytes> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const event of events) {
    for (const part of event.split('.').map(fromBase64url)) {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, part.length);
      parts.push(length, part);
    }
  }
  return through(new Blob(parts), new CompressionStream('deflate'), LARGEST);
}

/** The events of packed bytes. Throws {@link NoBundle}. */
export async function unpack(bytes: Bytes): Promise<string[]> {
  try {
    const flat = await through(new Blob([bytes]), new DecompressionStream('deflate'), LARGEST);
    const view = new DataView(flat.buffer);
    const parts: string[] = [];
    for (let at = 0; at < flat.length;) {
      const end = at + 4 + view.getUint32(at);
      if (end > flat.length) throw new NoBundle();
      parts.push(base64url(flat.subarray(at + 4, end)));
      at = end;
    }
    if (parts.length % 3 !== 0 || parts.length / 3 > MOST_EVENTS) throw new NoBundle();
    return Array.from({ length: parts.length / 3 }, (_, n) => parts.slice(3 * n, 3 * n + 3).join('.'));
  } catch {
    throw new NoBundle();
  }
}

async function through(blob: Blob, stream: GenericTransformStream, largest: number): Promise<Bytes> {
  const reader = (blob.stream().pipeThrough(stream) as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > largest) {
      await reader.cancel();
      throw new NoBundle();
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** What was in a bundle: events to carry, and how many texts were none. */
export interface Carried {
  events: StoredEvent[];
  unreadable: number;
}

/**
 * The events as this phone keeps them while it carries them. Their signatures are the server's to check; what is not
 * even the shape of an event is counted and left out.
 */
export function toCarry(texts: readonly string[], nowMs: number): Carried {
  const carried: Carried = { events: [], unreadable: 0 };
  for (const text of texts) {
    try {
      const { kid, object } = parseJws(text);
      const payload = object as unknown as EventPayload;
      if (typeof payload.id !== 'string' || typeof payload.kind !== 'string') throw new NoBundle();
      const manifest_id = typeof payload.manifest_id === 'string' ? payload.manifest_id : null;
      carried.events.push(storedEvent({ ...payload, manifest_id }, text, kid, null, nowMs));
    } catch {
      carried.unreadable += 1;
    }
  }
  return carried;
}
