/** What a driver's phone knows to be on the truck, in the groups that fit one live code each. */
import type { LiveFacts } from '$lib/seal';
import { MANIFESTS_MAX, sealedPlate } from '$lib/seal';
import type { Standing } from './standing';

export interface OnBoard {
  manifestId: string;
  number: string;
  tripId: string;
  plate: string;
  pickupId: string;
}

/** The load of one standing, once it was picked up and until somebody has decided about it. */
export function onBoard({ manifest, state, events }: Standing): OnBoard | null {
  if (state !== 'in_transit' && state !== 'arrived') return null;
  const counted = events.filter((event) => event.progress !== 'refused');
  const pickupId = manifest.pickup_id ?? counted.find((event) => event.kind === 'pickup')?.id;
  if (pickupId === undefined) return null;
  // The driver's own last word on the truck, written offline perhaps, before what the office expects.
  const said = counted.findLast((event) => event.payload.plate !== null)?.payload.plate;
  return {
    manifestId: manifest.id,
    number: manifest.number ?? '',
    tripId: manifest.trip_id,
    plate: said ?? manifest.expected_plate ?? manifest.plates[0] ?? '',
    pickupId,
  };
}

/**
 * Groups for the truck that carries the manifest asked for, that manifest's group first: as many manifests as one code
 * names, or a whole trip of more. Empty when it is not on board.
 */
export function groupsFor(standings: readonly Standing[], manifestId: string): OnBoard[][] {
  const all = standings.flatMap((standing) => onBoard(standing) ?? []);
  const asked = all.find((load) => load.manifestId === manifestId);
  if (asked === undefined) return [];
  const same = all.filter((load) => load !== asked && sealedPlate(load.plate) === sealedPlate(asked.plate));
  const groups: OnBoard[][] = [];
  const onTrip = [asked, ...same.filter((load) => load.tripId === asked.tripId)];
  const rest = same.filter((load) => load.tripId !== asked.tripId);
  const singles = onTrip.length > MANIFESTS_MAX ? rest : [...onTrip, ...rest];
  if (onTrip.length > MANIFESTS_MAX) groups.push(onTrip);
  for (let at = 0; at < singles.length; at += MANIFESTS_MAX) {
    groups.push(singles.slice(at, at + MANIFESTS_MAX));
  }
  return groups;
}

/** What the code of a group says. */
export function factsOf(group: readonly OnBoard[], certificate: LiveFacts['certificate']): LiveFacts {
  // Ids are made in the order of time: the last in order is the latest pickup.
  const pickupId =
    group
      .map((load) => load.pickupId)
      .sort()
      .at(-1) ?? '';
  const [first] = group;
  return {
    certificate,
    carried:
      group.length > MANIFESTS_MAX
        ? { trip: first?.tripId ?? '' }
        : { manifests: group.map((load) => load.manifestId) },
    plate: first?.plate ?? '',
    pickupId,
  };
}
