import { describe, expect, it } from 'vitest';
import { readMass } from './mass';

describe('a mass typed in kilograms', () => {
  it.each([
    ['481', 481_000],
    ['430,5', 430_500],
    ['430.5', 430_500],
    ['1.234,5', 1_234_500],
    ['12.345,678', 12_345_678],
    ['1 234,5 kg', 1_234_500],
    ['0,001', 1],
    ['1.000.000', 1_000_000_000],
    ['1,000', 1_000],
  ])('reads "%s" as %i g', (text, grams) => {
    expect(readMass(text)).toEqual({ kind: 'grams', grams });
  });

  it('does not guess whether "1.000" is a kilogram or a tonne', () => {
    expect(readMass('1.000')).toEqual({ kind: 'ambiguous', small: 1_000, large: 1_000_000 });
    expect(readMass('12.500')).toEqual({ kind: 'ambiguous', small: 12_500, large: 12_500_000 });
  });

  it.each(['abc', '-1', '1,2345', '1.23.4', '0', '1.000.001', '1.0000', '9999999'])(
    'refuses "%s"',
    (text) => {
      expect(readMass(text).kind).toBe('unreadable');
    },
  );

  it('tells an empty field from an unreadable one', () => {
    expect(readMass('  ')).toEqual({ kind: 'empty' });
  });
});
