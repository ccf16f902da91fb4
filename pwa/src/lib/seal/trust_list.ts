/** Trust list: which keys may sign seals, signed itself by a root key that this phone pinned. */
import type { Bytes } from './bytes';
import {
  asArray,
  asBytes,
  asInstant,
  asMap,
  asText,
  asTuple,
  asUnsigned,
  item,
  type Cbor,
  required,
} from './cbor';
import { PRIVATE, readCommon } from './claims';
import {
  asSealed,
  type Claims,
  decodeSeal,
  isExpired,
  isFromTheFuture,
  isSignedBy,
  type Kind,
  type Sealed,
  SKEW_MS,
  type Unverified,
} from './envelope';
import { equal } from './bytes';
import { SealError } from './error';
import { type PublicKey, publicKeyFromXy } from './key';

export type KeyUse = 'issuer' | 'root';
export type KeyStanding =
  | { kind: 'active' }
  /** What it sealed until `at` (ms) stays good. */
  | { kind: 'retired'; at: number }
  /** Nothing by it is good unless the issue table has it. */
  | { kind: 'compromised'; at: number };

export interface TrustKey {
  key: PublicKey;
  use: KeyUse;
  standing: KeyStanding;
  /** First instant of a seal by it, in milliseconds. */
  from: number;
}

export interface TrustList extends Claims {
  issuer: string;
  /** Never falls. */
  seq: number;
  /** Lower case, with a port where there is one. */
  hosts: string[];
  keys: TrustKey[];
}

type RawKey = Omit<TrustKey, 'key'> & { xy: Bytes };
type RawList = Omit<TrustList, 'keys'> & { keys: RawKey[] };

function limited(value: Cbor, max: number): Cbor[] {
  const items = asArray(value);
  if (items.length > max) throw new SealError('claim_range');
  return items;
}

function readStanding(kind: number, changed: Cbor): KeyStanding {
  if (kind === 0) {
    if (changed !== null) throw new SealError('claim_type');
    return { kind: 'active' };
  }
  return { kind: kind === 1 ? 'retired' : 'compromised', at: asInstant(changed) };
}

function readKey(value: Cbor): RawKey {
  const facts = asTuple(value, 5);
  const use = asUnsigned(item(facts, 1), 1) === 0 ? 'issuer' : 'root';
  const standing = readStanding(asUnsigned(item(facts, 3), 2), item(facts, 4));
  return { xy: asBytes(item(facts, 0), 64), use, standing, from: asInstant(item(facts, 2)) };
}

const RAW: Kind<RawList> = {
  typ: 'trust',
  endsAtExpiry: false,
  read(payload) {
    const claims = asMap(payload);
    const common = readCommon(claims);
    const facts = asTuple(required(claims, PRIVATE), 3);
    return {
      ...common,
      seq: asUnsigned(item(facts, 0), Number.MAX_SAFE_INTEGER),
      hosts: limited(item(facts, 1), 64).map((host) => asText(host, 53)),
      keys: limited(item(facts, 2), 256).map(readKey),
    };
  },
};

/** Reads a trust list. Throws a SealError. */
export async function decodeTrustList(bytes: Bytes): Promise<Unverified<TrustList>> {
  const raw = decodeSeal(bytes, RAW);
  const keys = await Promise.all(
    raw.claims.keys.map(async ({ xy, ...key }) => ({ ...key, key: await publicKeyFromXy(xy) })),
  );
  return { ...raw, claims: { ...raw.claims, keys } };
}

async function signerAmong<T extends { key: PublicKey }>(
  seal: Unverified<unknown>,
  keys: readonly T[],
): Promise<T | 'unknown' | 'forged'> {
  const named = keys.filter(({ key }) => key.kid === seal.kid);
  for (const candidate of named) if (await isSignedBy(seal, candidate.key)) return candidate;
  return named.length === 0 ? 'unknown' : 'forged';
}

/**
 * Checks a trust list against the pinned roots and the list held so far. Throws `unknown_root`, `signature`,
 * `root_compromised`, `older_than_held` or `from_the_future`. An expired list is accepted: the verdict says its age.
 */
export async function verifyTrustList(
  list: Unverified<TrustList>,
  pinned: readonly PublicKey[],
  held: TrustList | null,
  now: number,
): Promise<Sealed<TrustList>> {
  const signer = await signerAmong(
    list,
    pinned.map((key) => ({ key })),
  );
  if (signer === 'unknown') throw new SealError('unknown_root');
  if (signer === 'forged') throw new SealError('signature');
  const lost = held?.keys.some(
    ({ key, use, standing }) =>
      use === 'root' && standing.kind === 'compromised' && equal(key.bytes, signer.key.bytes),
  );
  if (lost) throw new SealError('root_compromised');
  if (held && list.claims.seq < held.seq) throw new SealError('older_than_held');
  if (isFromTheFuture(list.claims, now)) throw new SealError('from_the_future');
  return asSealed(list);
}

/** True when the host (any case) may stand in a QR. */
export function namesHost(trust: TrustList, host: string): boolean {
  return trust.hosts.some((listed) => listed.toLowerCase() === host.toLowerCase());
}

/** The issuer key that signed this seal, whatever its standing. Throws `key_unknown` or `signature`. */
export async function findSigner(trust: TrustList, seal: Unverified<unknown>): Promise<TrustKey> {
  const signer = await signerAmong(
    seal,
    trust.keys.filter(({ use }) => use === 'issuer'),
  );
  if (signer === 'unknown') throw new SealError('key_unknown');
  if (signer === 'forged') throw new SealError('signature');
  return signer;
}

/** Whether a seal made at `issuedAt` (ms) by this key stands: null, or the code of what speaks against it. */
export function objection(key: TrustKey, issuedAt: number): string | null {
  if (key.standing.kind === 'compromised') return 'key_compromised';
  if (issuedAt < key.from - SKEW_MS) return 'key_not_yet_active';
  if (key.standing.kind === 'retired' && issuedAt > key.standing.at) return 'key_retired';
  return null;
}

/**
 * Checks signature, key and times of a wall code, certificate or status list; a manifest's QR goes through `judge`.
 * Throws the code of the first broken rule. The age of the trust list is for the caller to say.
 */
export async function verifySeal<T extends Claims>(
  seal: Unverified<T>,
  endsAtExpiry: boolean,
  trust: TrustList,
  now: number,
): Promise<Sealed<T>> {
  const against = objection(await findSigner(trust, seal), seal.claims.issuedAt);
  if (against !== null) throw new SealError(against);
  if (isFromTheFuture(seal.claims, now)) throw new SealError('from_the_future');
  if (endsAtExpiry && isExpired(seal.claims, now)) throw new SealError('expired');
  return asSealed(seal);
}
