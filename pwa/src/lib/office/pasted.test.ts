import { expect, it } from 'vitest';
import { readCodes, readPlates } from './pasted';

it('reads codes and plates as they stand in a document', () => {
  expect(readCodes('17 02 03, 170203;\n 18.02.01\nabc')).toEqual(['17 02 03', '18 02 01', 'abc']);
  expect(readPlates('15C-123.45; 15C-246.80\n\n')).toEqual(['15C-123.45', '15C-246.80']);
});
