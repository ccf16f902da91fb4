/**
 * Canonical CBOR (RFC 8949 §4.2.1) on cborg: reading refuses everything but the one encoding.
 *
 * cborg alone would tell most faults apart only by its English messages, so the item is walked first.
 */
import { decode, encode, rfc8949EncodeOptions, Tagged, Tokenizer, Type } from 'cborg';
import { type Bytes, equal, utf8Length } from './bytes';
import { SealError } from './error';

export type Cbor = number | bigint | string | boolean | null | Uint8Array | Cbor[] | Map<Cbor, Cbor> | Tagged;

/** Tag of COSE_Sign1, the only one that a seal has. */
export const COSE_SIGN1 = 18;

/** Deepest nesting of arrays, maps and tags. */
const DEPTH_MAX = 8;
/** Nesting at which the walk itself gives up. */
const DEPTH_WALKED = 200;
const TAGS = { [COSE_SIGN1]: Tagged.decoder(COSE_SIGN1) };
/** Last second of the year 9999. */
const LAST_SECOND = 253_402_300_799;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

interface Walk {
  data: Uint8Array;
  tokens: Tokenizer;
  deepest: number;
  unsupported: boolean;
  indefinite: boolean;
}

/** Decodes exactly one canonical item. Throws the code of the first broken rule. */
export function decodeCbor(data: Uint8Array): Cbor {
  const tokens = new Tokenizer(data, { allowIndefinite: true, allowBigInt: true, retainStringBytes: true });
  const walk: Walk = { data, tokens, deepest: 0, unsupported: false, indefinite: false };
  step(walk, 0);
  if (!tokens.done()) throw new SealError('trailing_bytes');
  if (walk.deepest > DEPTH_MAX) throw new SealError('nesting_too_deep');
  if (walk.unsupported) throw new SealError('unsupported_item');
  if (walk.indefinite) throw new SealError('not_canonical');
  refusing('duplicate_key', () => decode(data, { useMaps: true, rejectDuplicateMapKeys: true, tags: TAGS }));
  const value = refusing('not_canonical', () =>
    decode(data, {
      strict: true,
      rejectDuplicateMapKeys: true,
      allowIndefinite: false,
      allowUndefined: false,
      useMaps: true,
      tags: TAGS,
    }),
  ) as Cbor;
  if (!equal(encodeCbor(value), data)) throw new SealError('not_canonical');
  return value;
}

/** Encodes canonically, whatever the order in which maps were filled. */
export function encodeCbor(value: Cbor): Bytes {
  return new Uint8Array(encode(value, rfc8949EncodeOptions));
}

function refusing<T>(code: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new SealError(code);
  }
}

/** Walks one item; returns the token's type name, or `break`. */
function step(walk: Walk, depth: number): string {
  if (depth > DEPTH_WALKED) throw new SealError('nesting_too_deep');
  if (walk.tokens.done()) throw new SealError('malformed_cbor');
  const first = walk.data[walk.tokens.pos()];
  if (first === 0x5f || first === 0x7f) {
    // cborg has no strings of indefinite length: nothing behind this one can be walked.
    throw new SealError('not_canonical');
  }
  const token = refusing('malformed_cbor', () => walk.tokens.next());
  const name = token.type.name;
  if (Type.equals(token.type, Type.array)) {
    items(walk, depth + 1, token.value, () => step(walk, depth + 1));
  } else if (Type.equals(token.type, Type.map)) {
    items(walk, depth + 1, token.value, () => {
      const key = step(walk, depth + 1);
      if (key === 'break') return key;
      if (!['uint', 'negint', 'string'].includes(key)) walk.unsupported = true;
      return inside(walk, depth + 1);
    });
  } else if (Type.equals(token.type, Type.tag)) {
    walk.deepest = Math.max(walk.deepest, depth + 1);
    if (token.value !== COSE_SIGN1) walk.unsupported = true;
    inside(walk, depth + 1);
  } else if (Type.equals(token.type, Type.float)) {
    walk.unsupported = true;
  } else if (Type.equals(token.type, Type.string)) {
    const text = new TextDecoder('utf-8', { fatal: true });
    refusing('malformed_cbor', () => text.decode(token.byteValue));
  } else if (Type.equals(token.type, Type.break) && depth === 0) {
    throw new SealError('malformed_cbor');
  }
  return name;
}

/** An item that may not be a break. */
function inside(walk: Walk, depth: number): string {
  const name = step(walk, depth);
  if (name === 'break') throw new SealError('malformed_cbor');
  return name;
}

function items(walk: Walk, depth: number, count: number, one: () => string): void {
  walk.deepest = Math.max(walk.deepest, depth);
  if (count === Infinity) {
    walk.indefinite = true;
    while (one() !== 'break') if (walk.tokens.done()) throw new SealError('malformed_cbor');
    return;
  }
  for (let at = 0; at < count; at++) if (one() === 'break') throw new SealError('malformed_cbor');
}

/** Reads a map. Throws `claim_type`. */
export function asMap(value: Cbor): Map<Cbor, Cbor> {
  if (value instanceof Map) return value;
  throw new SealError('claim_type');
}

/** The value of a key. Throws `claim_missing`. */
export function required(map: Map<Cbor, Cbor>, key: number | string): Cbor {
  const value = map.get(key);
  if (value === undefined) throw new SealError('claim_missing');
  return value;
}

/** Text of 1 to `max` bytes without control characters. Throws `claim_type` or `claim_range`. */
export function asText(value: Cbor, max: number): string {
  if (typeof value !== 'string') throw new SealError('claim_type');
  if (value === '' || utf8Length(value) > max || CONTROL.test(value)) throw new SealError('claim_range');
  return value;
}

/** An integer from 0 to `max`. Throws `claim_type` or `claim_range`. */
export function asUnsigned(value: Cbor, max: number): number {
  if (typeof value === 'bigint') throw new SealError('claim_range');
  if (typeof value !== 'number') throw new SealError('claim_type');
  if (value < 0 || value > max) throw new SealError('claim_range');
  return value;
}

/** Seconds since 1970 up to the year 9999, as milliseconds. Throws `claim_type` or `claim_range`. */
export function asInstant(value: Cbor): number {
  return asUnsigned(value, LAST_SECOND) * 1000;
}

/** A byte string, of this length if one is given. Throws `claim_type`. */
export function asBytes(value: Cbor, length?: number): Bytes {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
    throw new SealError('claim_type');
  }
  return new Uint8Array(value);
}

/** An array. Throws `claim_type`. */
export function asArray(value: Cbor): Cbor[] {
  if (Array.isArray(value)) return value;
  throw new SealError('claim_type');
}

/** An array of this many items. Throws `claim_type`. */
export function asTuple(value: Cbor, length: number): Cbor[] {
  const items = asArray(value);
  if (items.length !== length) throw new SealError('claim_type');
  return items;
}

/** An item of a tuple whose length was checked. */
export function item(items: Cbor[], at: number): Cbor {
  const value = items[at];
  if (value === undefined) throw new SealError('claim_type');
  return value;
}
