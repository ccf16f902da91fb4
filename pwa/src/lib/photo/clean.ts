/**
 * Taking everything out of a picture that is no picture: Exif, XMP, IPTC, comments, whatever stands behind its end.
 * Drawing a photograph anew drops what the camera wrote, but some browsers write blocks of their own, and the server
 * refuses a file that carries any. The same walk as `backend/domain/src/file`.
 */

/** The bytes are no JPEG and no PNG, or end too early. */
export class NoPicture extends Error {
  constructor() {
    super('no picture that this phone can read');
    this.name = 'NoPicture';
  }
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Chunks of a PNG that are picture or colour. */
const CHUNKS = new Set('IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD hIST pHYs'.split(' '));

/** A clean copy of a JPEG or PNG. */
export function clean(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (PNG.every((byte, at) => bytes[at] === byte)) return joined(pngPieces(bytes));
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return joined(jpegPieces(bytes));
  throw new NoPicture();
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (to > bytes.length || to < from) throw new NoPicture();
  return bytes.subarray(from, to);
}

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

function jpegPieces(bytes: Uint8Array): Uint8Array[] {
  const pieces = [part(bytes, 0, 2)];
  let at = 2;
  for (;;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0) throw new NoPicture();
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9) return [...pieces, part(bytes, at, at + 2)];
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < 2) throw new NoPicture();
    const body = part(bytes, at + 4, at + 2 + length);
    let end = at + 2 + length;
    // After the header of a scan its coded data, up to the next marker.
    if (marker === 0xda) while (end < bytes.length && !isMarker(bytes, end)) end += 1;
    if (isPicture(marker, body)) pieces.push(part(bytes, at, end));
    at = end;
  }
}

/** In coded data 0xff is followed by 0x00 or by the number of a restart. */
function isMarker(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at + 1] ?? 0;
  return bytes[at] === 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7);
}

function isPicture(marker: number, body: Uint8Array): boolean {
  if (marker === 0xe0) return text(body.subarray(0, 5)) === 'JFIF\0';
  if (marker === 0xe2) return text(body.subarray(0, 12)) === 'ICC_PROFILE\0';
  if (marker === 0xee) return text(body.subarray(0, 5)) === 'Adobe';
  return marker !== 0xfe && (marker & 0xf0) !== 0xe0;
}

function pngPieces(bytes: Uint8Array): Uint8Array[] {
  const pieces = [part(bytes, 0, PNG.length)];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = PNG.length;
  for (;;) {
    if (at + 12 > bytes.length) throw new NoPicture();
    const end = at + 12 + view.getUint32(at);
    const name = text(part(bytes, at + 4, at + 8));
    const chunk = part(bytes, at, end);
    if (CHUNKS.has(name)) pieces.push(chunk);
    if (name === 'IEND') return pieces;
    at = end;
  }
}
