/** From a filled form to a saved event: the best position within the budget, then signed and committed. */
import type { EventKind } from '$lib/api/types';
import type { StoredEvent } from '$lib/local/db';
import { attachFiles, type StoredFile } from '$lib/local/evidence';
import type { EventDraft } from '$lib/local/event_payload';
import { writeEvent } from '$lib/local/event_writer';
import { m } from '$lib/i18n';
import { voice } from '$lib/state/voice.svelte';
import { BUDGET_MS, watch } from '$lib/position/here.svelte';
import { capture } from './capture.svelte';
import { named } from './photos.svelte';
import type { Subject } from './subject';

export type FormFacts = Partial<
  Pick<EventDraft, 'plate' | 'lines' | 'packages' | 'counterparty' | 'weighing' | 'details' | 'comment'>
>;

/**
 * Saves an event about `subject`, with what was scanned for it and the files held for it. Returns after the phone's
 * database has it; the files wait for their turn from then on.
 */
export async function saveEvent(
  kind: EventKind,
  subject: Subject,
  facts: FormFacts,
  files: readonly StoredFile[] = [],
): Promise<StoredEvent> {
  const located = await watch.locate(BUDGET_MS);
  const scanned = capture.manifestId === subject.id ? capture.code : null;
  const saved = await writeEvent({
    kind,
    manifest_id: subject.id,
    trip_id: subject.tripId,
    scan_id: capture.scanId,
    code: scanned?.text ?? null,
    code_source: scanned?.source ?? 'list',
    site_code: capture.site?.text ?? null,
    ...located,
    plate: null,
    lines: [],
    packages: null,
    comment: null,
    ...named(files),
    ...facts,
  });
  voice.say(m.spoken_saved());
  // The event is safe by now. What goes wrong here is put right when the files are sent.
  await attachFiles(
    files.map((file) => file.sha256),
    saved.id,
  ).catch((error: unknown) => console.warn('files are attached later', error));
  return saved;
}

/**
 * Signs and saves an event at a desk, about a manifest that the office has open: nothing is scanned and no place
 * claimed, because what is signed there may be signed anywhere.
 */
export async function signAtDesk(
  kind: EventKind,
  manifest: { id: string; trip_id: string },
  facts: FormFacts,
): Promise<StoredEvent> {
  const saved = await writeEvent({
    kind,
    manifest_id: manifest.id,
    trip_id: manifest.trip_id,
    code: null,
    site_code: null,
    position: null,
    position_missing: null,
    plate: null,
    lines: [],
    packages: null,
    comment: null,
    files: [],
    ...facts,
  });
  voice.say(m.spoken_saved());
  return saved;
}

/** The text of a form field, or null when it is empty. */
export function textOrNull(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}
