/** Compact JWS (RFC 7515) as this phone signs custody events: ES256, `kid` = device id, a JSON object inside. */
import { base64url, type Bytes, fromBase64url, utf8 } from './bytes';
import { SealError } from './error';
import { type PublicKey, signBytes, verifies } from './key';
import { type JsonObject, NestingTooDeep, strictObject } from './strict_json';

/** Most bytes of a payload. */
export const PAYLOAD_MAX = 64 * 1024;
const HEADER_MAX = 1024;
const NESTING_MAX = 16;
const KID_MAX = 64;
/** Header members that would change what is verified or with which key. */
const REFUSED = ['crit', 'b64', 'jwk', 'x5c', 'jku', 'x5u', 'zip'];

/** A JWS that was read; nobody has checked its signature. */
export interface UnverifiedJws {
  readonly text: string;
  readonly kid: string;
  /** `header.payload`: two texts with the same are the same event. */
  readonly signingInput: string;
  readonly payload: Bytes;
  readonly object: JsonObject;
  readonly signature: Bytes;
}

declare const signed: unique symbol;
/** A JWS whose signature was checked with the key that the caller chose. */
export interface SignedJws extends UnverifiedJws {
  readonly [signed]: true;
}

/** Signs a payload; `kid` is the device id, or `enrol` for the proof of possession. Throws `too_large`. */
export async function signJws(kid: string, payload: object, key: CryptoKey): Promise<string> {
  const body = utf8(JSON.stringify(payload));
  if (body.length > PAYLOAD_MAX) throw new SealError('too_large');
  const header = utf8(JSON.stringify({ alg: 'ES256', kid }));
  const input = `${base64url(header)}.${base64url(body)}`;
  return `${input}.${base64url(await signBytes(key, utf8(input)))}`;
}

/** Reads a compact JWS. Throws the code of the first broken rule. */
export function parseJws(text: string): UnverifiedJws {
  if (text.length > ((HEADER_MAX + PAYLOAD_MAX) * 4) / 3 + 100) throw new SealError('too_large');
  const parts = text.split('.');
  const [head, body, tail] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || tail === undefined) {
    throw new SealError('parts');
  }
  const header = fromBase64url(head);
  const payload = fromBase64url(body);
  const signature = fromBase64url(tail);
  if (header.length > HEADER_MAX || payload.length > PAYLOAD_MAX) throw new SealError('too_large');
  const kid = readHeader(header);
  if (signature.length !== 64) throw new SealError('signature_length');
  return { text, kid, signingInput: `${head}.${body}`, payload, object: readPayload(payload), signature };
}

/** Checks the signature. Throws `signature`. */
export async function verifyJws(jws: UnverifiedJws, key: PublicKey): Promise<SignedJws> {
  if (!(await verifies(key, utf8(jws.signingInput), jws.signature))) throw new SealError('signature');
  return jws as SignedJws;
}

function readHeader(bytes: Bytes): string {
  let header: JsonObject;
  try {
    header = strictObject(bytes, NESTING_MAX);
  } catch {
    throw new SealError('header');
  }
  if (REFUSED.some((member) => Object.hasOwn(header, member))) throw new SealError('refused_header');
  if (header['alg'] !== 'ES256') throw new SealError('algorithm');
  const kid = header['kid'];
  if (typeof kid !== 'string' || kid === '' || utf8(kid).length > KID_MAX) throw new SealError('key_id');
  return kid;
}

function readPayload(bytes: Bytes): JsonObject {
  try {
    return strictObject(bytes, NESTING_MAX);
  } catch (error) {
    throw new SealError(error instanceof NestingTooDeep ? 'nesting_too_deep' : 'payload');
  }
}
