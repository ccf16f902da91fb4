/** Status list (IETF Token Status List, 4 bits an entry): the state of every issued seal. */
import type { Bytes } from './bytes';
import { asBytes, asInstant, asMap, asText, asUnsigned, required } from './cbor';
import { EXP, IAT, SUB } from './claims';
import { type Claims, decodeSeal, type Kind, type Unverified } from './envelope';
import { SealError } from './error';

/** Entries of one list. */
export const ENTRIES = 1 << 20;
const BYTES_MAX = ENTRIES / 2;
const BITS = 4;
const STATUS_LIST = 65_533;
const TTL = 65_534;

export type SealStatus = 'valid' | 'void' | 'on_hold' | 'completed' | 'superseded';
const STATUSES = new Map<number, SealStatus>([
  [0, 'valid'],
  [1, 'void'],
  [2, 'on_hold'],
  [3, 'completed'],
  [12, 'superseded'],
]);

/** Which list and which entry. Every revision has its own. */
export interface StatusIndex {
  list: number;
  entry: number;
}

export interface StatusList extends Claims {
  uri: string;
  ttlS: number;
  /** Two entries a byte, the even one in the low half. */
  bits: Bytes;
}

/** What a reader knows about one seal's status; instants in milliseconds. */
export type StatusLookup =
  | { kind: 'known'; status: SealStatus; asOf: number }
  /** The list is older than the seal and cannot know it: nothing against it, as of then. */
  | { kind: 'older_than_seal'; asOf: number }
  /** No list, or a value nobody knows. */
  | { kind: 'unknown' }
  /** This kind of seal has no status (wall codes). */
  | { kind: 'none' };

export function statusIndex(number: number): StatusIndex {
  return { list: Math.floor(number / ENTRIES), entry: number % ENTRIES };
}

/** The raw value of an entry, undefined beyond the end. */
export function statusValue(list: StatusList, entry: number): number | undefined {
  const byte = list.bits[Math.floor(entry / 2)];
  if (byte === undefined) return undefined;
  return entry % 2 === 0 ? byte & 15 : byte >> 4;
}

/** Looks up a seal made at `issuedAt` (ms) in the list with the number `number`, if it is held. */
export function lookupStatus(
  list: StatusList | null,
  number: number,
  index: StatusIndex,
  issuedAt: number,
): StatusLookup {
  if (list === null || number !== index.list) return { kind: 'unknown' };
  const asOf = list.issuedAt;
  const value = statusValue(list, index.entry);
  if (value === 0 && issuedAt > asOf) return { kind: 'older_than_seal', asOf };
  if (value === undefined) return issuedAt >= asOf ? { kind: 'older_than_seal', asOf } : { kind: 'unknown' };
  const status = STATUSES.get(value);
  return status === undefined ? { kind: 'unknown' } : { kind: 'known', status, asOf };
}

type Packed = Omit<StatusList, 'bits'> & { zlib: Bytes };

const PACKED: Kind<Packed> = {
  typ: 'status',
  // An old list still tells what was void then: the verdict shows its age.
  endsAtExpiry: false,
  read(payload) {
    const claims = asMap(payload);
    const uri = asText(required(claims, SUB), 256);
    const expiresAt = asInstant(required(claims, EXP));
    const issuedAt = asInstant(required(claims, IAT));
    const list = asMap(required(claims, STATUS_LIST));
    if (asUnsigned(required(list, 'bits'), 8) !== BITS) throw new SealError('claim_range');
    const zlib = asBytes(required(list, 'lst'));
    return { uri, expiresAt, issuedAt, zlib, ttlS: asUnsigned(required(claims, TTL), 86_400) };
  },
};

/** Reads and unpacks a status list. Throws a SealError. */
export async function decodeStatusList(bytes: Bytes): Promise<Unverified<StatusList>> {
  const packed = decodeSeal(bytes, PACKED);
  const { zlib, ...claims } = packed.claims;
  return { ...packed, claims: { ...claims, bits: await inflate(zlib) } };
}

async function inflate(zlib: Bytes): Promise<Bytes> {
  const whole = new Uint8Array(BYTES_MAX);
  let length = 0;
  try {
    const reader = new Blob([zlib]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      // `set` throws when a list is larger than any may be: the rest of a bomb is never unpacked.
      whole.set(part.value, length);
      length += part.value.length;
    }
  } catch {
    throw new SealError('claim_range');
  }
  const bits = whole.slice(0, length);
  // Not every DecompressionStream notices a cut end or bytes behind it.
  if (zlib.length < 6 || adler32(bits) !== new DataView(zlib.buffer).getUint32(zlib.length - 4)) {
    throw new SealError('claim_range');
  }
  return bits;
}

/** Checksum at the end of a zlib stream (RFC 1950 §8.2). */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}
