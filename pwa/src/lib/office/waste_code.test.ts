import { describe, expect, it } from 'vitest';
import { fold, wasteCode } from './waste_code';

describe('waste codes', () => {
  it.each([
    ['170203', '17 02 03'],
    ['17.02.03', '17 02 03'],
    [' 17 02 03 ', '17 02 03'],
    ['17-02-03', '17 02 03'],
  ])('prints "%s" as %s', (typed, printed) => {
    expect(wasteCode(typed)).toBe(printed);
  });
  it.each(['1702', '17 02 031', 'dầu', ''])('does not take "%s" for a code', (typed) => {
    expect(wasteCode(typed)).toBeNull();
  });
});

describe('folding', () => {
  it('ignores marks, case and spaces, đ included', () => {
    expect(fold('  Dầu ĐỘNG cơ   thải ')).toBe('dau dong co thai');
  });
});
