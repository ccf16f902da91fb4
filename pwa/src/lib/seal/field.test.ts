// @vitest-environment node
import { beforeAll, describe, expect, it } from 'vitest';
import keysFile from '../../../../tests/vectors/keys.json';
import statusListsFile from '../../../../tests/vectors/status_lists.json';
import trustListsFile from '../../../../tests/vectors/trust_lists.json';
import verdictsFile from '../../../../tests/vectors/verdicts.json';
import { base64url, fromHex } from './bytes';
import { type FieldSeals, judgeManifest, judgeSite, kindOfScan, NO_SEALS, openFieldSeals } from './field';
import { type PublicKey, publicKey, publicKeyFromBase64url } from './key';

/** The vectors' own time, and an hour later. */
const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-23T08:00:00Z') + HOUR;

const text = (name: string) => verdictsFile.cases.find((test) => test.name === name)?.text ?? '';
const packed = (hex: string | undefined) => base64url(fromHex(hex ?? ''));
const trustList = (name: string) => packed(trustListsFile.cases.find((test) => test.name === name)?.list);
const statusList = packed(statusListsFile.cases[0]?.seal);

describe('a scan without network', () => {
  let pinned: PublicKey[];
  let seals: FieldSeals;

  beforeAll(async () => {
    pinned = [await publicKey(fromHex(keysFile.root.public))];
    const pack = { trust_list: trustList('usual'), status_lists: [{ n: 0, list: statusList }] };
    seals = await openFieldSeals(pack, pinned, null, NOW);
  });

  it('is judged from the pack', async () => {
    const found = await judgeManifest(text('an ordinary scan on the road'), seals, NOW);
    expect(found.verdict.verdict).toBe('authentic');
    expect(found.seal?.claims.number).toBe('12/2026/1-2-3.001.VX');
    expect(found.digest).toMatch(/^[0-9a-f]{64}$/);
    // Its list was opened after the pack was made.
    expect(found.verdict.checks[6]).toEqual({ check: 'status', ok: null, detail: 'older_than_seal' });
    expect(found.verdict.asOf).toBe(NOW - HOUR);
  });

  it('tells a wall code from a manifest', async () => {
    const wall = text('a wall code');
    expect((await judgeSite(wall, seals, NOW)).verdict.verdict).toBe('authentic');
    expect((await judgeManifest(wall, seals, NOW)).verdict.verdict).toBe('invalid');
    expect([kindOfScan(wall), kindOfScan(text('void')), kindOfScan('xin chào')]).toEqual([
      'site',
      'manifest',
      null,
    ]);
  });

  it('claims nothing without a pack', async () => {
    const found = await judgeManifest(text('void'), NO_SEALS, NOW);
    expect([found.verdict.verdict, found.verdict.asOf, found.seal]).toEqual(['cannot_tell', null, null]);
    expect(found.claims?.revision).toBe(1);
  });

  it('leaves out a status list of another number or a broken one', async () => {
    const usual = trustList('usual');
    const broken = `${statusList.slice(0, -1)}${statusList.endsWith('A') ? 'Q' : 'A'}`;
    const status_lists = [
      { n: 1, list: statusList },
      { n: 0, list: broken },
      { n: 2, list: '?' },
    ];
    const opened = await openFieldSeals({ trust_list: usual, status_lists }, pinned, null, NOW);
    expect(opened.lists.size).toBe(0);
    expect((await judgeManifest(text('void'), opened, NOW)).verdict.verdict).toBe('cannot_tell');
  });

  it('keeps the trust list held when the new one is refused', async () => {
    const pack = (name: string) => ({ trust_list: trustList(name), status_lists: [] });
    await expect(openFieldSeals(pack('by a stranger'), pinned, null, NOW)).rejects.toThrow('unknown_root');
    await expect(openFieldSeals(pack('older'), pinned, seals.trust, NOW)).rejects.toThrow('older_than_held');
    await expect(publicKeyFromBase64url('AAAA')).rejects.toThrow('not_a_point');
  });
});
