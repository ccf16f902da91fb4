// @vitest-environment node
/** Properties of this folder's readers that single vectors cannot show. */
import { describe, expect, it } from 'vitest';
import envelopesFile from '../../../../tests/vectors/envelopes.json';
import trustListsFile from '../../../../tests/vectors/trust_lists.json';
import { base32, base64url, type Bytes, fromBase32, fromBase64url, fromHex, utf8 } from './bytes';
import { parseJws, PAYLOAD_MAX, signJws, verifyJws } from './jws';
import { generateDeviceKey, publicKey } from './key';
import { MANIFEST, siteTail } from './manifest';
import { renderQr } from './qr';
import { looksLikeShortCode } from './short_code';
import { ENTRIES, lookupStatus, statusIndex, type StatusList } from './status_list';
import { decodeTrustList, type TrustList } from './trust_list';
import { judge, readScan } from './verdict';

const NOW = Date.parse('2026-11-23T08:10:00Z');

async function usualTrust(): Promise<TrustList> {
  const list = trustListsFile.cases[0]?.list ?? '';
  return (await decodeTrustList(fromHex(list))).claims;
}

const genuine = fromHex(envelopesFile.cases[2]?.seal ?? '');

async function word(bytes: Bytes, trust: TrustList): Promise<string> {
  const known = {
    trust,
    status: { kind: 'known', status: 'valid', asOf: NOW } as const,
    registered: null,
    now: NOW,
  };
  const { verdict, seal } = await judge(readScan(renderQr('demo.example', bytes), MANIFEST), known);
  expect(seal !== null).toBe(verdict.verdict === 'authentic');
  expect(verdict.checks).toHaveLength(8);
  return verdict.verdict;
}

describe('a changed seal', () => {
  it('is authentic as it was made', async () => {
    expect(await word(genuine, await usualTrust())).toBe('authentic');
  });

  it('is never authentic with one bit flipped', async () => {
    const trust = await usualTrust();
    for (let bit = 0; bit < genuine.length * 8; bit++) {
      const bytes = genuine.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await word(bytes, trust), `bit ${bit}`).not.toBe('authentic');
    }
  });

  it('is never authentic with a byte cut or doubled', async () => {
    const trust = await usualTrust();
    for (let at = 0; at < genuine.length; at++) {
      const cut = Uint8Array.from([...genuine.slice(0, at), ...genuine.slice(at + 1)]);
      const doubled = Uint8Array.from([...genuine.slice(0, at + 1), ...genuine.slice(at)]);
      expect(await word(cut, trust), `byte ${at} cut`).not.toBe('authentic');
      expect(await word(doubled, trust), `byte ${at} doubled`).not.toBe('authentic');
    }
  });
});

describe('a signed event', () => {
  it('verifies with the key that signed it and no other', async () => {
    const [pair, other] = [await generateDeviceKey(), await generateDeviceKey()];
    const raw = async (key: CryptoKey) =>
      publicKey(new Uint8Array(await crypto.subtle.exportKey('raw', key)));
    const kid = '019c0000-0000-7000-8000-000000000033';
    const event = { kind: 'pickup', comment: 'Đã cân "xong" [{', lines: [{ line: 1, mass_g: 481000 }] };
    const jws = parseJws(await signJws(kid, event, pair.privateKey));
    expect(jws.kid).toBe(kid);
    expect((await verifyJws(jws, await raw(pair.publicKey))).object).toEqual(event);
    await expect(verifyJws(jws, await raw(other.publicKey))).rejects.toThrow('signature');
    await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow();
  });

  it('has a size limit on both sides', async () => {
    const { privateKey } = await generateDeviceKey();
    const large = { comment: 'x'.repeat(PAYLOAD_MAX) };
    await expect(signJws('enrol', large, privateKey)).rejects.toThrow('too_large');
    const forged = ['{"alg":"ES256","kid":"x"}', JSON.stringify(large)].map((part) => base64url(utf8(part)));
    expect(() => parseJws([...forged, base64url(new Uint8Array(64))].join('.'))).toThrow('too_large');
    expect(() => parseJws('x'.repeat(200_000))).toThrow('too_large');
  });
});

describe('texts of bytes', () => {
  it('come back as they went, at every length', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      expect(fromBase32(base32(bytes))).toEqual(bytes);
      expect(fromBase64url(base64url(bytes))).toEqual(bytes);
    }
  });
});

describe('a status list', () => {
  const list = (bits: number[]): StatusList => ({
    uri: 'https://demo.example/status/0',
    issuedAt: NOW,
    expiresAt: NOW + 1,
    ttlS: 300,
    bits: Uint8Array.from(bits),
  });

  it('knows nothing of a newer seal', () => {
    const held = list([0x10, 0x50]);
    const at = (entry: number, issuedAt: number) => lookupStatus(held, 0, statusIndex(entry), issuedAt);
    expect(at(0, NOW - 1)).toEqual({ kind: 'known', status: 'valid', asOf: NOW });
    expect(at(1, NOW + 1)).toEqual({ kind: 'known', status: 'void', asOf: NOW });
    expect(at(0, NOW + 1)).toEqual({ kind: 'older_than_seal', asOf: NOW });
    expect(at(99, NOW + 1)).toEqual({ kind: 'older_than_seal', asOf: NOW });
    expect(at(99, NOW - 1)).toEqual({ kind: 'unknown' });
    expect(at(3, NOW - 1)).toEqual({ kind: 'unknown' });
    expect(at(ENTRIES, NOW - 1)).toEqual({ kind: 'unknown' });
    expect(lookupStatus(null, 0, statusIndex(0), NOW)).toEqual({ kind: 'unknown' });
  });
});

describe('small readers', () => {
  it('tell short codes from seals and sites from sites', () => {
    expect(looksLikeShortCode('00000-01111-7')).toBe(true);
    expect(looksLikeShortCode('HTTPS://DEMO.EXAMPLE/Q/AEBAG')).toBe(false);
    expect(siteTail('019C0000-0000-7000-8000-00000000001A')).toBe('800000000000001a');
  });
});
