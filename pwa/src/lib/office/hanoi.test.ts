import { describe, expect, it } from 'vitest';
import { dayOf, dayStart, fromInput, nextHour, toInput } from './hanoi';

describe('forms in Hà Nội time', () => {
  it('show and read the same instant', () => {
    expect(toInput('2026-11-23T18:05:00Z')).toBe('2026-11-24T01:05');
    expect(fromInput('2026-11-24T01:05')).toBe('2026-11-24T01:05:00+07:00');
    expect(Date.parse(fromInput(toInput('2026-11-23T18:05:00Z')) ?? '')).toBe(
      Date.parse('2026-11-23T18:05:00Z'),
    );
  });
  it.each(['', '2026-13-40T00:00', '23/11/2026', '2026-11-23'])('do not take "%s" for an instant', (text) => {
    expect(fromInput(text)).toBeNull();
  });
  it('know the day that has begun in Hà Nội', () => {
    expect(dayOf('2026-11-23T17:30:00Z')).toBe('2026-11-24');
    expect(dayStart('2026-11-24')).toBe('2026-11-24T00:00:00+07:00');
  });
  it('offer the next full hour', () => {
    expect(new Date(nextHour(Date.parse('2026-11-23T08:10:00Z'), 4)).toISOString()).toBe(
      '2026-11-23T13:00:00.000Z',
    );
  });
});
