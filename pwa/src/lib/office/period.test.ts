import { describe, expect, it } from 'vitest';
import { periodDays, periodOf } from './period';

describe('periods', () => {
  const now = Date.parse('2026-02-28T18:00:00Z');
  it('end on the day it is in Hà Nội', () => {
    expect(periodDays('month', now)).toEqual({ from: '2026-03-01', to: '2026-03-01' });
    expect(periodDays('year', now)).toEqual({ from: '2026-01-01', to: '2026-03-01' });
    expect(periodDays('twelve', now)).toEqual({ from: '2025-03-02', to: '2026-03-01' });
    expect(periodDays('all', now)).toEqual({});
  });
  it('fall back to twelve months', () => {
    expect(periodOf('month')).toBe('month');
    expect(periodOf('x')).toBe('twelve');
    expect(periodOf(null)).toBe('twelve');
  });
});
