/** What this phone knows for judging seals: the pinned roots, the verified lists of its field pack, the true time. */
import { NO_SEALS, openFieldSeals, publicKeyFromBase64url, type FieldSeals } from '$lib/seal';
import { database, fact, type StoredPack } from './db';
import { correctedNow } from './true_time';

export interface FieldKnowledge {
  seals: FieldSeals;
  pack: StoredPack | null;
  /** Phone time corrected by the server's offset, milliseconds. */
  now: number;
}

/** Reads it for the person signed in; without a pack every seal reads "cannot tell". */
export async function fieldKnowledge(): Promise<FieldKnowledge> {
  const now = await correctedNow();
  const session = await fact('session');
  const db = await database();
  const pack = session === null ? undefined : await db.get('packs', session.person.id);
  const trust = session === null ? undefined : await db.get('trust', session.person.id);
  if (pack === undefined || trust === undefined) return { seals: NO_SEALS, pack: pack ?? null, now };
  const pinned = await Promise.all(trust.root_keys.map(publicKeyFromBase64url));
  const seals = await openFieldSeals(
    { trust_list: trust.trust_list, status_lists: pack.pack.status_lists },
    pinned,
    null,
    now,
  );
  return { seals, pack, now };
}
