import { describe, expect, it } from 'vitest';
import shortCodesFile from '../../../../tests/vectors/short_codes.json';
import { groupedShortCode, nearShortCodes, parseShortCode } from './short_code';

const right = shortCodesFile.cases
  .filter((test) => test.error === null)
  .map((test) => parseShortCode(test.text));

describe('what a person may have meant', () => {
  it('is never the code of somebody else by a check that is wrong', () => {
    for (const code of right)
      for (const near of nearShortCodes(code)) expect(parseShortCode(near)).toBe(near);
  });
  it('finds two neighbours that changed places', () => {
    for (const code of right) {
      const plain = code.replaceAll('-', '');
      for (let at = 0; at < 9; at += 1) {
        const [one, two] = [plain.charAt(at), plain.charAt(at + 1)];
        if (one === two) continue;
        const typed = plain.slice(0, at) + two + one + plain.slice(at + 2);
        expect(() => parseShortCode(typed)).toThrow();
        expect(nearShortCodes(typed)).toContain(code);
      }
    }
  });
  it('finds a character that was taken for one of the same look', () => {
    for (const code of right) {
      const at = [...code].findIndex(
        (character) => character === '8' || character === '5' || character === '2',
      );
      if (at < 0 || at > 10) continue;
      const alike = { 8: 'B', 5: 'S', 2: 'Z' }[code.charAt(at)] ?? '';
      expect(nearShortCodes(code.slice(0, at) + alike + code.slice(at + 1))).toContain(code);
    }
  });
  it('has no guess for what is no code at all', () => {
    expect(nearShortCodes('ABC')).toEqual([]);
    expect(nearShortCodes('!!!!!!!!!!!')).toEqual([]);
  });
});

it('groups while it is typed', () => {
  expect(['', 'abc', 'abcde', 'abcdef', 'abcde12345', 'abcde-12345-x'].map(groupedShortCode)).toEqual([
    '',
    'ABC',
    'ABCDE',
    'ABCDE-F',
    'ABCDE-12345',
    'ABCDE-12345-X',
  ]);
});
