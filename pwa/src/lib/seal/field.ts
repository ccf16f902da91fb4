/** Judging a scan from the field pack: what a phone without network knows. */
import { fromBase64url } from './bytes';
import { type Claims, sealDigest, type Sealed } from './envelope';
import { SealError } from './error';
import type { PublicKey } from './key';
import { LIVE } from './live';
import { MANIFEST, type ManifestClaims } from './manifest';
import { SITE, type SiteClaims } from './site';
import { decodeStatusList, lookupStatus, type StatusList, type StatusLookup } from './status_list';
import { decodeTrustList, type TrustList, verifySeal, verifyTrustList } from './trust_list';
import { judge, readScan, type Scan, type Verdict } from './verdict';

/** The signed parts of a field pack; each is base64url of a seal. */
export interface PackedSeals {
  trust_list: string;
  status_lists: readonly { n: number; list: string }[];
}

/** The lists of a field pack whose signatures stand. */
export interface FieldSeals {
  readonly trust: TrustList | null;
  readonly lists: ReadonlyMap<number, StatusList>;
}

/** A phone that holds no pack yet. */
export const NO_SEALS: FieldSeals = { trust: null, lists: new Map() };

/**
 * Checks the lists of a pack against the roots pinned at enrolment and the trust list held so far. Throws a SealError
 * when the trust list is refused: keep the pack held. A status list that is refused is left out, so that its seals
 * read "cannot tell".
 */
export async function openFieldSeals(
  pack: PackedSeals,
  pinned: readonly PublicKey[],
  held: TrustList | null,
  now: number,
): Promise<FieldSeals> {
  const list = await decodeTrustList(fromBase64url(pack.trust_list));
  const trust = (await verifyTrustList(list, pinned, held, now)).claims;
  const lists = new Map<number, StatusList>();
  for (const { n, list: text } of pack.status_lists) {
    const opened = await openStatusList(n, text, trust, now);
    if (opened) lists.set(n, opened);
  }
  return { trust, lists };
}

async function openStatusList(
  n: number,
  text: string,
  trust: TrustList,
  now: number,
): Promise<StatusList | null> {
  try {
    const list = await decodeStatusList(fromBase64url(text));
    // A list of another number, genuine as it is, says nothing about these seals.
    if (!list.claims.uri.endsWith(`/status/${n}`)) return null;
    return (await verifySeal(list, false, trust, now)).claims;
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** What the pack knows of a manifest's status. */
export function fieldStatus(seals: FieldSeals, claims: ManifestClaims): StatusLookup {
  const list = seals.lists.get(claims.status.list);
  if (list) return lookupStatus(list, claims.status.list, claims.status, claims.issuedAt);
  const newest = Math.max(...[...seals.lists.values()].map(({ issuedAt }) => issuedAt));
  // The next list was opened after this pack was made.
  return claims.issuedAt >= newest && seals.lists.size > 0
    ? { kind: 'older_than_seal', asOf: newest }
    : { kind: 'unknown' };
}

/** A verdict with what it was about. */
export interface FieldVerdict<T> {
  verdict: Verdict;
  /** Only when key and signature stand; act on this one alone. */
  seal: Sealed<T> | null;
  /** What the code claims, believed or not: to show beside the verdict. */
  claims: T | null;
  /** `seal_digest` of the field pack; null when nothing could be read. */
  digest: string | null;
}

/** Judges the text of a manifest's QR without network; `now` in milliseconds, corrected by the server's offset. */
export async function judgeManifest(
  text: string,
  seals: FieldSeals,
  now: number,
): Promise<FieldVerdict<ManifestClaims>> {
  const scan = readScan(text, MANIFEST);
  const status: StatusLookup = scan.seal ? fieldStatus(seals, scan.seal.claims) : { kind: 'unknown' };
  return judgeOffline(scan, seals, status, now);
}

/** Judges the text of a wall code without network. */
export function judgeSite(text: string, seals: FieldSeals, now: number): Promise<FieldVerdict<SiteClaims>> {
  return judgeOffline(readScan(text, SITE), seals, { kind: 'none' }, now);
}

async function judgeOffline<T extends Claims>(
  scan: Scan<T>,
  seals: FieldSeals,
  status: StatusLookup,
  now: number,
): Promise<FieldVerdict<T>> {
  const { verdict, seal } = await judge(scan, { trust: seals.trust, status, registered: null, now });
  const digest = scan.seal ? await sealDigest(scan.seal) : null;
  return { verdict, seal, claims: scan.seal?.claims ?? null, digest };
}

/** What a scanned text is, by its seal. */
export function kindOfScan(text: string): 'manifest' | 'site' | 'live' | null {
  if (readScan(text, MANIFEST).seal) return 'manifest';
  if (readScan(text, SITE).seal) return 'site';
  return readScan(text, LIVE).seal ? 'live' : null;
}
