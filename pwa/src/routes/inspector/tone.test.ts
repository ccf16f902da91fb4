import { expect, it } from 'vitest';
import type { PackManifest } from '$lib/api/types';
import type { FieldSeals, StatusList } from '$lib/seal';
import { shortVerdict, toneOf } from './tone';

it('turns green only after the plate was confirmed', () => {
  expect(toneOf('authentic', false, null)).toBe('compare');
  expect(toneOf('authentic', false, true)).toBe('good');
  expect(toneOf('authentic', false, false)).toBe('bad');
  for (const word of [
    'invalid',
    'void',
    'superseded',
    'on_hold',
    'completed',
    'expired',
    'cannot_tell',
  ] as const) {
    expect(toneOf(word, false, true)).not.toBe('good');
  }
});

const list = (bits: number): StatusList => ({
  uri: 'https://x/status/0',
  ttlS: 300,
  bits: new Uint8Array([bits]),
  issuedAt: 2_000,
  expiresAt: 9_000,
});
const seals = (bits: number): FieldSeals => ({ trust: null, lists: new Map([[0, list(bits)]]) });
const manifest = { status: { list: 0, index: 1 }, issued_at: new Date(1_000).toISOString() } as PackManifest;

it('reads the status of a short code from the pack, and claims no signature', () => {
  expect(shortVerdict(manifest, seals(0x00))).toMatchObject({ verdict: 'authentic', asOf: 2_000 });
  expect(shortVerdict(manifest, seals(0x10)).verdict).toBe('void');
  expect(shortVerdict(manifest, { trust: null, lists: new Map() }).verdict).toBe('cannot_tell');
  expect(shortVerdict(null, seals(0))).toMatchObject({ verdict: 'cannot_tell', asOf: null });
  const signature = shortVerdict(manifest, seals(0)).checks.find((check) => check.check === 'signature');
  expect(signature).toEqual({ check: 'signature', ok: null, detail: 'short_code' });
});
