/** Laying the changes of a field pack over the one that the phone holds. */
import type { FieldPack } from '$lib/api/types';

interface Drawers {
  of: number;
  changed: number[];
}

/** The drawer of a thing: the last byte of its id, modulo the number of drawers. */
function drawer(id: string, of: number): number {
  return Number.parseInt(id.slice(-2), 16) % of;
}

function replaced<T extends { id: string }>(held: readonly T[], fresh: readonly T[], drawers: Drawers): T[] {
  const changed = new Set(drawers.changed);
  return [...held.filter((thing) => !changed.has(drawer(thing.id, drawers.of))), ...fresh];
}

/**
 * The whole pack: what came if it is whole, else what came laid over what is held. Null when the changes are of another
 * pack than the held one, so that the whole must be asked for.
 */
export function layOver(held: FieldPack | null, came: FieldPack): FieldPack | null {
  const { delta } = came;
  if (delta === null) return came;
  if (held?.cursor !== delta.since) return null;
  const manifests = replaced(held.manifests, came.manifests, delta.manifests);
  manifests.sort(
    (a, b) => a.planned_pickup_at.localeCompare(b.planned_pickup_at) || a.id.localeCompare(b.id),
  );
  return {
    ...came,
    manifests,
    sites: replaced(held.sites, came.sites, delta.sites).sort((a, b) => a.id.localeCompare(b.id)),
    status_lists: delta.status_lists ? came.status_lists : held.status_lists,
    waste_codes: delta.waste_codes ? came.waste_codes : held.waste_codes,
    delta: null,
  };
}
