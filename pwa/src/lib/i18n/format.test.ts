import { afterEach, describe, expect, it } from 'vitest';
import { day, gramsFromKilograms, kilograms, kilogramsToType, moment } from './format';
import { setLocale } from './paraglide/runtime.js';

afterEach(() => setLocale('vi', { reload: false }));

describe('masses', () => {
  it('shows grams as kilograms in Vietnamese notation', () => {
    expect(kilograms(430_500)).toBe('430,5');
    expect(kilograms(12_345_678)).toBe('12.345,678');
  });
  it.each([
    ['430,5', 430_500],
    ['430.5', 430_500],
    [' 481 ', 481_000],
    ['0,001', 1],
    ['', null],
    ['-1', null],
    ['1,2345', null],
    ['1.000', null],
    ['1,000', 1_000],
    ['0.001', 1],
    ['1.000.000', null],
    ['abc', null],
    ['9999999', null],
  ])('reads "%s" as %s grams', (text, grams) => {
    expect(gramsFromKilograms(text)).toBe(grams);
  });
  it('gives back every gram that it offers to type over', () => {
    for (let grams = 0; grams < 9_999_999; grams += 4_999) {
      expect(gramsFromKilograms(kilogramsToType(grams))).toBe(grams);
    }
  });
});

describe('times', () => {
  it('are those of Hà Nội whatever the device says', () => {
    expect(moment('2026-11-23T18:05:00Z', Date.parse('2026-11-24T00:00:00Z'))).toBe('01:05 24/11');
    expect(moment('2025-11-23T18:05:00Z', Date.parse('2026-11-24T00:00:00Z'))).toBe('01:05 24/11/2025');
  });
  it('put year, month and day in the order of the language', () => {
    const now = Date.parse('2026-11-24T00:00:00Z');
    void setLocale('ko', { reload: false });
    expect(day('2026-11-23T18:05:00Z')).toBe('2026. 11. 24.');
    expect(moment('2026-11-23T18:05:00Z', now)).toBe('11. 24. 01:05');
    expect(moment('2025-11-23T18:05:00Z', now)).toBe('2025. 11. 24. 01:05');
    expect(kilograms(12_345_678)).toBe('12,345.678');
    expect(gramsFromKilograms('1.000')).toBe(1_000);
    void setLocale('en', { reload: false });
    expect(moment('2026-11-23T18:05:00Z', now)).toBe('01:05 24/11');
  });
});
