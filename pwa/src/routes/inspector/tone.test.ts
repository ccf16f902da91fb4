import { expect, it } from 'vitest';
import type { PackManifest } from '$lib/api/types';
import type { FieldSeals, StatusList } from '$lib/seal';
import { liveVerdict, packVerdict, toneOf } from './tone';

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
  expect(packVerdict(manifest, seals(0x00), 'short_code')).toMatchObject({
    verdict: 'authentic',
    asOf: 2_000,
  });
  expect(packVerdict(manifest, seals(0x10), 'short_code').verdict).toBe('void');
  expect(packVerdict(manifest, { trust: null, lists: new Map() }, 'short_code').verdict).toBe('cannot_tell');
  expect(packVerdict(null, seals(0), 'short_code')).toMatchObject({ verdict: 'cannot_tell', asOf: null });
  const signature = packVerdict(manifest, seals(0), 'short_code').checks.find(
    (check) => check.check === 'signature',
  );
  expect(signature).toEqual({ check: 'signature', ok: null, detail: 'short_code' });
});

it('says of a live code alone that the load behind it is unknown', () => {
  expect(liveVerdict({ verdict: 'authentic', checks: [] })).toMatchObject({
    verdict: 'cannot_tell',
    asOf: null,
  });
  expect(liveVerdict({ verdict: 'expired', checks: [] }).verdict).toBe('expired');
  const signature = packVerdict(manifest, seals(0), 'live_code').checks.find(
    (each) => each.check === 'signature',
  );
  expect(signature).toEqual({ check: 'signature', ok: null, detail: 'live_code' });
});
