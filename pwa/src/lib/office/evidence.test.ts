import { describe, expect, it } from 'vitest';
import { evidence } from './evidence';

describe('evidence in words', () => {
  it('says how far off a scan was', () => {
    expect(evidence({ accuracy_m: 18, corridor_m: 200, distance_m: 3214 })).toEqual([
      'cách 3.214 m',
      'hành lang 200 m',
      'sai số định vị ±18 m',
    ]);
  });
  it('puts the masses of a discrepancy side by side', () => {
    expect(
      evidence({
        lines: [{ line: 1, declared_mass_g: 481_000, loaded_mass_g: null, received_mass_g: 430_500 }],
      }),
    ).toEqual(['Dòng 1: khai 481 kg, nhận 430,5 kg']);
  });
  it('keeps silent about what it does not know and never fails on odd details', () => {
    for (const odd of [null, 7, 'x', [], { lines: 3, permits: [null], distance_m: 'far' }]) {
      expect(() => evidence(odd)).not.toThrow();
    }
    expect(evidence({ first_event_id: 'x' })).toEqual([]);
  });
});
