/** Whom an inspection is about. */
import type { VerifyAnswer } from '$lib/api/types';
import type { Subject } from '$lib/field/subject';
import type { Look } from './look.svelte';

/** The manifest that the look is about, or null when none is known. */
export function inspected(look: Look, server: VerifyAnswer | null): Subject | null {
  const claims = look.meaning.kind === 'manifest' ? look.meaning.claims : null;
  const id = server?.manifest?.id ?? look.manifest?.id ?? claims?.manifestId;
  if (id === undefined) return null;
  const number = server?.manifest?.number ?? look.manifest?.number ?? claims?.number ?? '';
  return {
    id,
    number,
    tripId: look.manifest?.trip_id ?? null,
    plates: [],
    plate: '',
    manifest: look.manifest,
    state: look.manifest?.state ?? null,
  };
}
