import { expect, it } from 'vitest';
import { rowOf } from './rows';

it('says where in the sheet a problem is', () => {
  expect(rowOf('row 12 · Mã CTNH')).toEqual({ row: 'Dòng 12', column: 'Mã CTNH' });
  expect(rowOf('row 3')).toEqual({ row: 'Dòng 3', column: '' });
  expect(rowOf('sheet')).toEqual({ row: 'sheet', column: '' });
});
