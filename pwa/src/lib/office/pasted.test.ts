import { expect, it } from 'vitest';
import { readCodes, readPlates, readQuotas } from './pasted';

it('reads yearly limits line by line, and names the first line that is none', () => {
  expect(readQuotas('17 02 03: 50000 kg\n\n 180201 : 1\n* : 120000')).toEqual({
    quotas: [
      { waste_code: '17 02 03', mass_g: 50_000_000 },
      { waste_code: '18 02 01', mass_g: 1_000 },
      { waste_code: null, mass_g: 120_000_000 },
    ],
    wrong: null,
  });
  expect(readQuotas('').quotas).toEqual([]);
  for (const [text, wrong] of [
    ['17 02: 5', 1],
    ['*: 5\n17 02 03: 0', 2],
    ['17 02 03: 1,5', 1],
    ['17 02 03', 1],
    ['120000', 1],
  ] as const)
    expect(readQuotas(text).wrong, text).toBe(wrong);
});

it('reads codes and plates as they stand in a document', () => {
  expect(readCodes('17 02 03, 170203;\n 18.02.01\nabc')).toEqual(['17 02 03', '18 02 01', 'abc']);
  expect(readPlates('15C-123.45; 15C-246.80\n\n')).toEqual(['15C-123.45', '15C-246.80']);
});
