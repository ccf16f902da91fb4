import { expect, it } from 'vitest';
import { sealDetails, sealNumbers } from './physical_seals';

it('reads numbers apart, each once', () => {
  expect(sealNumbers(' ab 001, AB 002;ab 001\n , ')).toEqual(['AB 001', 'AB 002']);
  expect(sealDetails(' ;, ')).toEqual({});
  expect(sealDetails('x1')).toEqual({ physical_seals: ['X1'] });
  expect(sealNumbers(Array.from({ length: 99 }, (_, n) => `S${String(n)}`).join(','))).toHaveLength(60);
});
