/** Refreshing the field pack, and deciding whether the phone believes it. */
import { api, whole } from '$lib/api/client';
import { ApiProblem } from '$lib/api/problem';
import type { FieldPack } from '$lib/api/types';
import { changed } from '$lib/local/changes';
import { database, fact, type StoredTrust } from '$lib/local/db';
import { correctedNow } from '$lib/local/knowledge';
import { openFieldSeals, publicKeyFromBase64url } from '$lib/seal';
import { CAPTURING, sessionEnded } from './sign_in';

/**
 * Fetches the pack if it changed. The root keys of the first pack are pinned; a later pack is believed only if its
 * trust list is signed by one of them and its sequence number does not fall. Returns true when the pack is fresh.
 * Throws when the server cannot be reached, and the seal's error when the pack is not believed: the old one stays.
 */
export async function refreshPack(): Promise<boolean> {
  const session = await fact('session');
  if (session === null || session.ended) return false;
  if (!session.person.roles.some((each) => CAPTURING.includes(each.role))) return false;
  const person = session.person.id;
  const db = await database();
  const held = await db.get('packs', person);
  const etag = held?.etag ?? null;
  const fetched = await whole(
    api.GET('/api/v1/field/pack', {
      params: { header: etag === null ? {} : { 'If-None-Match': etag } },
      cache: 'no-store',
    }),
  ).catch(async (error: unknown) => {
    if (error instanceof ApiProblem && error.problem.status === 401) await sessionEnded();
    throw error;
  });
  if (fetched.response.status === 304) {
    if (held !== undefined) await db.put('packs', { ...held, confirmed_at: Date.now() });
  } else {
    // The client's type forgets that coordinates are pairs.
    const pack = fetched.body as FieldPack;
    const trust = await believed(person, pack);
    const tx = db.transaction(['packs', 'trust'], 'readwrite', { durability: 'strict' });
    await Promise.all([
      tx.objectStore('trust').put(trust),
      tx.objectStore('packs').put({
        person_id: person,
        etag: fetched.response.headers.get('etag'),
        pack,
        confirmed_at: Date.now(),
      }),
      tx.done,
    ]);
  }
  changed('pack');
  return true;
}

/** Checks the lists of a pack against the pinned roots; throws a SealError when they are not to be believed. */
async function believed(person: string, pack: FieldPack): Promise<StoredTrust> {
  const now = await correctedNow();
  const stored = await (await database()).get('trust', person);
  const root_keys = stored?.root_keys ?? pack.root_keys;
  const pinned = await Promise.all(root_keys.map(publicKeyFromBase64url));
  const held =
    stored === undefined
      ? null
      : (await openFieldSeals({ trust_list: stored.trust_list, status_lists: [] }, pinned, null, now)).trust;
  const { trust } = await openFieldSeals(pack, pinned, held, now);
  return { person_id: person, root_keys, trust_list: pack.trust_list, seq: trust?.seq ?? 0 };
}
