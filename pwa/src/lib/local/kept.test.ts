import { beforeEach, expect, it } from 'vitest';
import { forgetAllKept, forgetKept, readKept, writeKept } from './kept';

const NOW = Date.parse('2026-11-23T01:10:00Z');
const DAY = 24 * 3_600_000;

beforeEach(() => localStorage.clear());

it('gives back what was kept, under its own name only', () => {
  writeKept('pickup.1', { plate: '15C-123.45', masses: { 2: '430,5' } }, NOW);
  expect(readKept('pickup.1', NOW + 60_000)).toEqual({ plate: '15C-123.45', masses: { 2: '430,5' } });
  expect(readKept('pickup.2', NOW)).toBeNull();
});

it('forgets what is older than a day, and what was kept by a clock that was far ahead', () => {
  writeKept('pickup.1', 'typed', NOW);
  expect(readKept('pickup.1', NOW + DAY)).toBe('typed');
  expect(readKept('pickup.1', NOW + DAY + 1)).toBeNull();
  expect(readKept('pickup.1', NOW)).toBeNull();
  writeKept('pickup.1', 'typed', NOW + 3 * DAY);
  expect(readKept('pickup.1', NOW)).toBeNull();
});

it('takes what is no record of its own for nothing', () => {
  localStorage.setItem('emanifest.kept.pickup.1', '{"at":');
  expect(readKept('pickup.1', NOW)).toBeNull();
  expect(localStorage.length).toBe(0);
});

it('forgets one, or all of it, and leaves the settings alone', () => {
  localStorage.setItem('emanifest.theme', 'dark');
  writeKept('a', 1, NOW);
  writeKept('b', 2, NOW);
  forgetKept('a');
  expect(readKept('a', NOW)).toBeNull();
  expect(readKept('b', NOW)).toBe(2);
  forgetAllKept();
  expect(readKept('b', NOW)).toBeNull();
  expect(localStorage.getItem('emanifest.theme')).toBe('dark');
});
