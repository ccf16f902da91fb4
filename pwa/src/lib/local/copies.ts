/** Manifests kept on this phone to read without a network: the generator's copy 3. */
import type { Manifest } from '$lib/api/types';
import { database, type StoredCopy } from './db';

/** Keeps a manifest for a person; a later copy replaces the earlier. The pickup code is not kept: it is spent. */
export async function keepCopy(personId: string, manifest: Manifest, nowMs: number): Promise<StoredCopy> {
  const copy: StoredCopy = {
    person_id: personId,
    manifest_id: manifest.id,
    manifest: { ...manifest, pickup_code: null, actions: [] },
    saved_at: nowMs,
  };
  const tx = (await database()).transaction('copies', 'readwrite', { durability: 'strict' });
  await tx.store.put(copy);
  await tx.done;
  return copy;
}

/** The copy of one manifest, or null. */
export async function findCopy(personId: string, manifestId: string): Promise<StoredCopy | null> {
  return (await (await database()).get('copies', [personId, manifestId])) ?? null;
}

/** All copies of a person, the latest first. */
export async function listCopies(personId: string): Promise<StoredCopy[]> {
  const range = IDBKeyRange.bound([personId], [personId, []]);
  const copies = await (await database()).getAll('copies', range);
  return copies.sort((a, b) => b.saved_at - a.saved_at);
}
