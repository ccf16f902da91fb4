/** What an event is about: a manifest of the pack, or one that only its code tells of. */
import type { ManifestState, PackManifest } from '$lib/api/types';
import { capture } from './capture.svelte';
import { field } from './field.svelte';
import { shownPlate } from './plate';

export interface Subject {
  id: string;
  number: string;
  tripId: string | null;
  /** Plates agreed on; empty when the code only counts them. */
  plates: string[];
  /** Plate expected now. */
  plate: string;
  /** Null when the phone does not hold the manifest. */
  manifest: PackManifest | null;
  state: ManifestState | null;
}

/** The subject with this id, from the pack or from the code just scanned; null when neither knows it. */
export function subjectOf(id: string): Subject | null {
  const standing = field.find(id);
  if (standing !== null) {
    const { manifest, state } = standing;
    return {
      id,
      number: manifest.number ?? '',
      tripId: manifest.trip_id,
      plates: manifest.plates,
      plate: manifest.expected_plate ?? manifest.plates[0] ?? '',
      manifest,
      state,
    };
  }
  const claims = capture.code?.claims;
  if (claims?.manifestId !== id) return null;
  const plates = Array.isArray(claims.plates) ? claims.plates.map(shownPlate) : [];
  return {
    id,
    number: claims.number,
    tripId: null,
    plates,
    plate: plates[0] ?? '',
    manifest: null,
    state: null,
  };
}
