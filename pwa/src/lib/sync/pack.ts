/** Refreshing the field pack, and deciding whether the phone believes it. */
import { api, whole } from '$lib/api/client';
import { ApiProblem } from '$lib/api/problem';
import type { FieldPack } from '$lib/api/types';
import { changed } from '$lib/local/changes';
import { database, fact, putFact, type StoredPack, type StoredTrust } from '$lib/local/db';
import { correctedNow } from '$lib/local/true_time';
import { layOver } from './pack_delta';
import { CAPTURING, sessionEnded } from './sign_in';

/**
 * Fetches what changed of the pack. The root keys of the first pack are pinned; a later pack is believed only if its
 * trust list is signed by one of them and its sequence number does not fall. Returns the server's epoch, null when the
 * role needs no pack or nothing changed. Throws when the server cannot be reached, and the seal's error when the pack is
 * not believed: the old one stays.
 */
export async function refreshPack(): Promise<number | null> {
  const session = await fact('session');
  if (session === null || session.ended) return null;
  if (!session.person.roles.some((each) => CAPTURING.includes(each.role))) return null;
  const person = session.person.id;
  const db = await database();
  const held = (await db.get('packs', person)) ?? null;
  let fetched = await ask(held);
  if (fetched.response.status === 304 && held !== null) {
    const confirmed_at = Date.now();
    await db.put('packs', { ...held, confirmed_at });
    await putFact('pack_age', { person_id: person, confirmed_at });
    changed('pack');
    return null;
  }
  let pack = layOver(held?.pack ?? null, fetched.body);
  if (pack === null) {
    fetched = await ask(null);
    pack = layOver(null, fetched.body);
  }
  if (pack === null) throw new Error('the changes fit no pack');
  await keep(person, pack, fetched.response.headers.get('etag'));
  changed('pack');
  return pack.epoch;
}

async function ask(held: StoredPack | null): Promise<{ body: FieldPack; response: Response }> {
  const etag = held?.etag ?? null;
  const cursor = held?.pack.cursor ?? null;
  const fetched = await whole(
    api.GET('/api/v1/field/pack', {
      params: {
        query: cursor === null ? {} : { since: cursor },
        header: etag === null ? {} : { 'If-None-Match': etag },
      },
      cache: 'no-store',
    }),
  ).catch(async (error: unknown) => {
    if (error instanceof ApiProblem && error.problem.status === 401) await sessionEnded();
    throw error;
  });
  // The client's type forgets that coordinates are pairs.
  return { body: fetched.body as FieldPack, response: fetched.response };
}

async function keep(person: string, pack: FieldPack, etag: string | null): Promise<void> {
  const trust = await believed(person, pack);
  const db = await database();
  const confirmed_at = Date.now();
  const tx = db.transaction(['packs', 'trust', 'facts'], 'readwrite', { durability: 'strict' });
  await Promise.all([
    tx.objectStore('trust').put(trust),
    tx.objectStore('packs').put({ person_id: person, etag, pack, confirmed_at }),
    tx.objectStore('facts').put({ person_id: person, confirmed_at }, 'pack_age'),
    tx.done,
  ]);
}

/** Checks the lists of a pack against the pinned roots; throws a SealError when they are not to be believed. */
async function believed(person: string, pack: FieldPack): Promise<StoredTrust> {
  // Only phones in the field check seals; offices never load this.
  const { openFieldSeals, publicKeyFromBase64url } = await import('$lib/seal');
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
