import { describe, expect, it } from 'vitest';
import { codeOf, fromAddress } from './code';

describe('the code behind a scan', () => {
  it.each([
    ['HTTPS://EXAMPLE.VN/Q/2KCE7A', '2KCE7A'],
    ['https://example.vn/q/2kce7a', '2kce7a'],
    ['http://127.0.0.1:8080/Q/2KCE7A?utm=x', '2KCE7A'],
    [' 01234-ABCDE-* ', '01234-ABCDE-*'],
    ['2KCE7A', '2KCE7A'],
  ])('of "%s" is %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });
  it('comes out of the address unescaped, broken escapes included', () => {
    expect(fromAddress('01234-ABCDE-%2A')).toBe('01234-ABCDE-*');
    expect(fromAddress('%E0%A4%A')).toBe('%E0%A4%A');
  });
});
