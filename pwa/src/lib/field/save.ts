/** From a filled form to a saved event: the best position within the budget, then signed and committed. */
import type { EventKind } from '$lib/api/types';
import type { StoredEvent } from '$lib/local/db';
import type { EventDraft } from '$lib/local/event_payload';
import { writeEvent } from '$lib/local/event_writer';
import { BUDGET_MS, watch } from '$lib/position/here.svelte';
import { capture } from './capture.svelte';
import type { Subject } from './subject';

export type FormFacts = Partial<
  Pick<EventDraft, 'plate' | 'lines' | 'packages' | 'counterparty' | 'weighing' | 'details' | 'comment'>
>;

/** Saves an event about `subject`, with what was scanned for it. Returns after the phone's database has it. */
export async function saveEvent(kind: EventKind, subject: Subject, facts: FormFacts): Promise<StoredEvent> {
  const located = await watch.locate(BUDGET_MS);
  const scanned = capture.manifestId === subject.id ? capture.code : null;
  return writeEvent({
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
    files: [],
    ...facts,
  });
}

/** The text of a form field, or null when it is empty. */
export function textOrNull(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}
