import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { capture } from './capture.svelte';

const code = { text: 'X', source: 'camera', verdict: 'authentic', claims: null } as const;
const site = { ...code, siteId: 's', name: 'Kho' };

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
  capture.reset();
});
afterEach(() => vi.useRealTimers());

it('carries both codes of one scan into the form of that manifest only', () => {
  capture.takeSite(site);
  capture.takeManifest('a', code);
  capture.begin('a');
  expect([capture.code?.text, capture.site?.siteId]).toEqual(['X', 's']);
  capture.begin('b');
  expect([capture.code, capture.site?.siteId]).toEqual([null, 's']);
});

it('keeps the manifest that codes are scanned for, whichever code comes first', () => {
  capture.begin('a');
  vi.advanceTimersByTime(60_000);
  capture.takeSite(site);
  expect([capture.manifestId, capture.code, capture.site?.siteId]).toEqual(['a', null, 's']);
});

it('lets a wall code of ten minutes ago prove nothing', () => {
  capture.takeManifest('a', code);
  capture.takeSite(site);
  const scan = capture.scanId;
  vi.advanceTimersByTime(10 * 60_000);
  capture.begin('a');
  expect([capture.code, capture.site]).toEqual([null, null]);
  expect(capture.scanId).not.toBe(scan);
});

it('outlives a reload of the page, as an update of the application makes one', async () => {
  capture.takeManifest('a', code);
  capture.takeSite(site);
  const scan = capture.scanId;
  vi.resetModules();
  const { capture: after } = await import('./capture.svelte');
  after.begin('a');
  expect([after.code?.text, after.site?.siteId, after.scanId]).toEqual(['X', 's', scan]);
  after.reset();
  vi.resetModules();
  const { capture: later } = await import('./capture.svelte');
  expect([later.code, later.site]).toEqual([null, null]);
});
