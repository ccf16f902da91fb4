/** The text of a QR or wall code: `HTTPS://<HOST>/Q/<BASE32>`. */
import { base32, type Bytes, fromBase32 } from './bytes';
import { SealError } from './error';

/** Most characters of a host, port included. */
export const HOST_MAX = 53;
const TEXT_MAX = 2048;
const HOST = /^[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?(\.[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?)*(:[0-9]{1,5})?$/;

/** What a scanned text holds; nothing of it is verified. */
export interface ScannedCode {
  /** Lower case, or null for bare base32. Never to be navigated to before the trust list names it. */
  host: string | null;
  bytes: Bytes;
}

/** Only a to z: `ı` would become an `I` by the language's own upper case. */
function asciiUpper(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function isHost(text: string): boolean {
  return text.length <= HOST_MAX && HOST.test(text);
}

function splitLink(text: string): { host: string | null; base32: string } {
  const scheme = ['HTTPS://', 'HTTP://'].find((prefix) => text.startsWith(prefix));
  if (scheme === undefined) {
    if (text.includes('://')) throw new SealError('other_link');
    return { host: null, base32: text };
  }
  const rest = text.slice(scheme.length);
  const slash = rest.indexOf('/');
  if (slash < 0 || !rest.startsWith('Q/', slash + 1)) throw new SealError('other_link');
  const host = rest.slice(0, slash);
  if (!isHost(host)) throw new SealError('bad_host');
  return { host: host.toLowerCase(), base32: rest.slice(slash + 3) };
}

/** Reads the text of a QR, a wall code or bare base32. Throws the code of the first broken rule. */
export function parseQr(text: string): ScannedCode {
  if (new TextEncoder().encode(text).length > TEXT_MAX) throw new SealError('too_long');
  const upper = asciiUpper(text.trim());
  if (upper === '') throw new SealError('empty');
  const { host, base32: code } = splitLink(upper);
  if (code === '') throw new SealError('empty');
  return { host, bytes: fromBase32(code) };
}

/** Writes the text of a QR. Throws `bad_host`. */
export function renderQr(host: string, bytes: Uint8Array): string {
  const upper = asciiUpper(host);
  if (!isHost(upper)) throw new SealError('bad_host');
  return `HTTPS://${upper}/Q/${base32(bytes)}`;
}
