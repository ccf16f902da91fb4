/**
 * The signed envelope of every seal: COSE_Sign1 with ES256, read strictly.
 *
 * {@link decodeSeal} reads for showing and for choosing a key; only a check of the signature makes a {@link Sealed}.
 */
import { Tagged } from 'cborg';
import { type Bytes, hex, sha256 } from './bytes';
import { type Cbor, COSE_SIGN1, decodeCbor, encodeCbor } from './cbor';
import { SealError } from './error';
import { type PublicKey, verifies } from './key';

export type Typ = 'manifest' | 'site' | 'status' | 'trust' | 'device' | 'live';

const TYPS: readonly string[] = ['manifest', 'site', 'status', 'trust', 'device', 'live'];
/** Clocks of issuer and reader may differ by this many milliseconds. */
export const SKEW_MS = 5 * 60 * 1000;
const OVERHEAD_MAX = 128;
const ALG = 1;
const CRIT = 2;
const KID = 4;
const TYP = 16;
const ES256 = -7;

/** What every kind of claims has; instants in milliseconds. */
export interface Claims {
  issuedAt: number;
  expiresAt: number;
}

/** How one kind of seal is read. */
export interface Kind<T extends Claims> {
  readonly typ: Typ;
  /** True when a seal past its expiry verifies no more. */
  readonly endsAtExpiry: boolean;
  read(payload: Cbor): T;
}

/** Claims that were read but whose signature nobody has checked. */
export interface Unverified<T> {
  readonly claims: T;
  readonly kid: string;
  /** As received. */
  readonly bytes: Bytes;
  /** The Sig_structure: what the signature covers. */
  readonly signed: Bytes;
  readonly signature: Bytes;
}

declare const sealed: unique symbol;
/** Claims whose signature was checked; made only by the checks of this folder. */
export interface Sealed<T> extends Unverified<T> {
  readonly [sealed]: true;
}

/** Called once signature and key stand. */
export function asSealed<T>(seal: Unverified<T>): Sealed<T> {
  return seal as Sealed<T>;
}

function payloadLimit(typ: Typ): number {
  return typ === 'status' || typ === 'trust' ? 1024 * 1024 : 1024;
}

function open(bytes: Bytes, expected: Typ): Omit<Unverified<never>, 'claims'> & { payload: Bytes } {
  const limit = payloadLimit(expected);
  if (bytes.length > limit + OVERHEAD_MAX) throw new SealError('too_large');
  const value = decodeCbor(bytes);
  const parts = value instanceof Tagged && value.tag === COSE_SIGN1 ? (value.value as Cbor) : null;
  const [header, unprotected, payload, signature] = Array.isArray(parts) && parts.length === 4 ? parts : [];
  const shaped =
    header instanceof Uint8Array &&
    unprotected instanceof Map &&
    payload instanceof Uint8Array &&
    signature instanceof Uint8Array;
  if (!shaped) throw new SealError('not_cose_sign1');
  if (unprotected.size > 0) throw new SealError('unprotected_header');
  const { kid, typ } = readHeader(header);
  if (typ !== expected) throw new SealError('wrong_typ');
  if (payload.length > limit) throw new SealError('too_large');
  if (signature.length !== 64) throw new SealError('signature_length');
  const signed = encodeCbor(['Signature1', header, new Uint8Array(0), payload]);
  return { kid, bytes, signed, payload: new Uint8Array(payload), signature: new Uint8Array(signature) };
}

function readHeader(bytes: Uint8Array): { kid: string; typ: string } {
  const header = decodeCbor(bytes);
  if (!(header instanceof Map)) throw new SealError('not_cose_sign1');
  if (header.has(CRIT)) throw new SealError('critical_header');
  if (header.get(ALG) !== ES256) throw new SealError('algorithm');
  const kid = header.get(KID);
  if (!(kid instanceof Uint8Array) || kid.length !== 8) throw new SealError('key_id');
  const typ = header.get(TYP);
  if (typeof typ !== 'string' || !TYPS.includes(typ)) throw new SealError('typ');
  if (header.size !== 3) throw new SealError('unknown_header');
  return { kid: hex(kid), typ };
}

function protectedHeader(typ: Typ, kid: Uint8Array): Bytes {
  return encodeCbor(
    new Map<Cbor, Cbor>([
      [ALG, ES256],
      [KID, kid],
      [TYP, typ],
    ]),
  );
}

/** Puts a seal's bytes together from parts that travelled apart, or were just made. */
export function assembleSeal(typ: Typ, kid: Uint8Array, payload: Bytes, signature: Uint8Array): Bytes {
  return encodeCbor(new Tagged(COSE_SIGN1, [protectedHeader(typ, kid), new Map(), payload, signature]));
}

/** Seals a payload as this phone does; `sign` gives r ‖ s over what is to be signed. */
export async function sealPayload(
  typ: Typ,
  kid: Uint8Array,
  payload: Bytes,
  sign: (message: Bytes) => Promise<Uint8Array>,
): Promise<Bytes> {
  const signed = encodeCbor(['Signature1', protectedHeader(typ, kid), new Uint8Array(0), payload]);
  return assembleSeal(typ, kid, payload, await sign(signed));
}

/** Reads a seal of this kind. Throws a SealError with the code of the first broken rule. */
export function decodeSeal<T extends Claims>(bytes: Bytes, kind: Kind<T>): Unverified<T> {
  const { payload, ...envelope } = open(bytes, kind.typ);
  return { ...envelope, claims: kind.read(decodeCbor(payload)) };
}

/** SHA-256 of what was signed, in hex: the seal's identity in tables (`seal_digest` of the field pack). */
export async function sealDigest(seal: Unverified<unknown>): Promise<string> {
  return hex(await sha256(seal.signed));
}

/** True when this key signed it. */
export async function isSignedBy(seal: Unverified<unknown>, key: PublicKey): Promise<boolean> {
  return seal.kid === key.kid && verifies(key, seal.signed, seal.signature);
}

/** True when `now` (ms) is past the expiry by more than the clocks' tolerance. */
export function isExpired(claims: Claims, now: number): boolean {
  return now - SKEW_MS > claims.expiresAt;
}

/** True when it claims to be made later than the clocks' tolerance after `now` (ms). */
export function isFromTheFuture(claims: Claims, now: number): boolean {
  return claims.issuedAt > now + SKEW_MS;
}
