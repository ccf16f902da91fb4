/** Where a manifest stands as far as this phone knows: the pack's state, then its own events not yet in the pack. */
import type { EventKind, ManifestState, PackManifest } from '$lib/api/types';
import type { StoredEvent, StoredPack } from '$lib/local/db';

export interface Standing {
  manifest: PackManifest;
  state: ManifestState;
  /** True when the state rests on an event that the server has not acknowledged. */
  waiting: boolean;
  /** This phone's events about it, oldest first. */
  events: StoredEvent[];
}

const ON_THE_ROAD: readonly ManifestState[] = ['issued', 'in_transit', 'stored', 'arrived'];

/** What an event does to a state, for the screen; the server's fold decides. */
export function after(state: ManifestState, kind: EventKind): ManifestState {
  if (!ON_THE_ROAD.includes(state)) return state;
  switch (kind) {
    case 'pickup':
      return state === 'issued' || state === 'stored' ? 'in_transit' : state;
    case 'storing':
      return 'stored';
    case 'delivery':
    case 'arrival':
      return 'arrived';
    case 'acceptance':
      return 'accepted';
    case 'partial_acceptance':
      return 'partly_accepted';
    case 'rejection':
      return 'rejected';
    case 'handover':
    case 'treatment':
    case 'closing':
    case 'inspection':
    case 'incident':
    case 'hold':
    case 'release':
    case 'note':
    case 'position_supplement':
      return state;
  }
}

/** The standing of every manifest of the pack. */
export function standings(pack: StoredPack, events: readonly StoredEvent[]): Standing[] {
  const byManifest = new Map<string | null, StoredEvent[]>();
  for (const event of events) {
    const own = byManifest.get(event.manifest_id);
    if (own === undefined) byManifest.set(event.manifest_id, [event]);
    else own.push(event);
  }
  return pack.pack.manifests.map((manifest) => {
    const own = (byManifest.get(manifest.id) ?? []).sort((a, b) => a.saved_at - b.saved_at);
    let state = manifest.state;
    let waiting = false;
    for (const event of own) {
      if (event.progress === 'waiting') {
        const next = after(state, event.kind);
        waiting ||= next !== state;
        state = next;
      } else if (event.progress === 'recorded' && (event.answered_at ?? 0) > pack.confirmed_at) {
        state = event.result?.state ?? state;
      }
    }
    return { manifest, state, waiting, events: own };
  });
}

/** What the driver does next with a load, or null when nothing is left to do. */
export function driverNext(state: ManifestState): 'pickup' | 'delivery' | null {
  if (state === 'issued' || state === 'stored') return 'pickup';
  return state === 'in_transit' ? 'delivery' : null;
}

/** What the gate does next. A load whose pickup is not yet known may arrive all the same. */
export function gateNext(state: ManifestState): 'arrival' | 'decision' | null {
  if (state === 'issued' || state === 'in_transit' || state === 'stored') return 'arrival';
  return state === 'arrived' ? 'decision' : null;
}
