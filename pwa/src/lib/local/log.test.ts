import { beforeEach, expect, it } from 'vitest';
import { addToLog, placesOf, readLog, scrub, scrubPath } from './log';

beforeEach(() => localStorage.clear());

it.each([
  ['mail to dieuphoi1@demo.example failed', 'mail to [address] failed'],
  ['no device 01932c00-0000-7000-8000-00000000000b here', 'no device [number] here'],
  ['call 0900000501', 'call [number]'],
  ['plate 15C-123.45 unknown', 'plate [number] unknown'],
  ['cannot read "Nguyễn Văn A" of null', 'cannot read [text] of null'],
  ["Failed to fetch 'https://x.example/Q/ABC'", 'Failed to fetch [text]'],
  ['manifest 7/2026/5-6-7.001 is void', 'manifest [number] is void'],
  ['cannot read properties of undefined', 'cannot read properties of undefined'],
])('scrubs "%s"', (text, scrubbed) => {
  expect(scrub(text)).toBe(scrubbed);
});

it('keeps of an address what the program says, not whom it is about', () => {
  expect(scrubPath('/api/v1/manifests/01932c00-0000-7000-8000-00000000000c/events')).toBe(
    '/api/v1/manifests/:x/events',
  );
  expect(scrubPath('/api/v1/vehicles/by-plate/15C12345/manifests')).toBe(
    '/api/v1/vehicles/by-plate/:x/manifests',
  );
  expect(scrubPath('/Q/ABCDEF234567')).toBe('/:x/:x');
});

it('says where in the program, without the message', () => {
  const stack = `TypeError: secret 123
    at save (https://host.example/assets/shell-1a2b.js:1:2345)
    at async go (https://host.example/assets/field-3c.js:2:7)`;
  expect(placesOf(stack)).toBe('shell-1a2b.js:1:2345 < field-3c.js:2:7');
  expect(placesOf(undefined)).toBe('');
});

it('keeps the newest hundred and survives what it cannot read', () => {
  for (let at = 0; at < 120; at += 1)
    addToLog({ at: String(at), kind: 'error', what: 'something', where: '' });
  expect(readLog()).toHaveLength(100);
  expect(readLog().at(-1)?.at).toBe('119');
  localStorage.setItem('emanifest.log', '{');
  expect(readLog()).toEqual([]);
});
