/**
 * The application's own way to write an event, built from its sources for a page of the tests: a person who fills in a
 * form five thousand times would need a week.
 */
import { database, fact } from '$lib/local/db';
import type { EventDraft } from '$lib/local/event_payload';
import { PORTS, writeEvent } from '$lib/local/event_writer';

/** What a note about a manifest says. */
function note(manifest: string, comment: string): EventDraft {
  return {
    kind: 'note',
    manifest_id: manifest,
    code: null,
    site_code: null,
    position: null,
    position_missing: 'unavailable',
    plate: null,
    lines: [],
    packages: null,
    comment,
    files: [],
  };
}

/** What is to be written. */
export interface Job {
  manifests: string[];
  count: number;
  /** Number of the first. */
  from: number;
  /** Phone time of the first, and how far the others are apart, milliseconds; the present without it. */
  since?: { first: number; apart: number };
}

/** Writes notes one after the other; calls back with the id of each once the phone has said that it is saved. */
export async function record(job: Job, saved: (id: string) => unknown): Promise<void> {
  for (let n = job.from; n < job.from + job.count; n += 1) {
    const manifest = job.manifests[n % job.manifests.length] ?? '';
    const { since } = job;
    const ports = since === undefined ? PORTS : { ...PORTS, now: () => since.first + n * since.apart };
    const event = await writeEvent(note(manifest, `Ghi chú ${String(n)}`), ports);
    await saved(event.id);
  }
}

/** What this phone keeps of one event. */
export interface Kept {
  id: string;
  jws: string;
  seq: number;
  progress: string;
  manifest: string | null;
  outcome: string | null;
}

/** Everything this phone keeps. */
export async function kept(): Promise<Kept[]> {
  return (await (await database()).getAll('events')).map((event) => ({
    id: event.id,
    jws: event.jws,
    seq: event.payload.device_seq,
    progress: event.progress,
    manifest: event.manifest_id,
    outcome: event.result?.outcome ?? null,
  }));
}

/** How many wait to be sent. */
export async function waiting(): Promise<number> {
  return (await database()).count('outbox');
}

/** True when nobody is signed in, or the server no longer knows the session. */
export async function sessionEnded(): Promise<boolean> {
  return (await fact('session'))?.ended ?? true;
}
