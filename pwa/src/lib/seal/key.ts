/** ES256 keys (ECDSA on P-256 with SHA-256) on WebCrypto. */
import { type Bytes, fromBase64url, hex, sha256 } from './bytes';
import { SealError } from './error';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A public key: 4 ‖ x ‖ y. A point off the curve verifies nothing. */
export interface PublicKey {
  readonly bytes: Bytes;
  /** First 8 bytes of SHA-256 of the 65 bytes, in hex. Not unique: try every key that has it. */
  readonly kid: string;
}

const imported = new WeakMap<PublicKey, Promise<CryptoKey | null>>();

/** Reads the 65 bytes 4 ‖ x ‖ y. Throws `not_a_point`. */
export async function publicKey(bytes: Bytes): Promise<PublicKey> {
  if (bytes.length !== 65 || bytes[0] !== 4) throw new SealError('not_a_point');
  return { bytes, kid: hex((await sha256(bytes)).slice(0, 8)) };
}

/** Reads a pinned root as the field pack gives it: base64url of the 65 bytes. */
export async function publicKeyFromBase64url(text: string): Promise<PublicKey> {
  return publicKey(fromBase64url(text));
}

/** Reads the 64 bytes x ‖ y. */
export function publicKeyFromXy(xy: Uint8Array): Promise<PublicKey> {
  const bytes = new Uint8Array(65);
  bytes[0] = 4;
  bytes.set(xy.slice(0, 64), 1);
  return publicKey(bytes);
}

/** True when `signature` (r ‖ s, 64 bytes) is this key's over `message`. */
export async function verifies(key: PublicKey, message: Bytes, signature: Bytes): Promise<boolean> {
  let ready = imported.get(key);
  if (!ready) {
    ready = crypto.subtle.importKey('raw', key.bytes, ALGORITHM, false, ['verify']).catch(() => null);
    imported.set(key, ready);
  }
  const usable = await ready;
  return (
    usable !== null && signature.length === 64 && crypto.subtle.verify(SIGNATURE, usable, signature, message)
  );
}

/** Makes this phone's key pair; the private half can never leave the browser. */
export function generateDeviceKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
}

/** Signs with a private key of {@link generateDeviceKey}; the result is r ‖ s. */
export async function signBytes(key: CryptoKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(SIGNATURE, key, message));
}
