import { expect, it } from 'vitest';
import { foreignKind } from './foreign';

it.each([
  ['https://emanifest.example.vn/enrol#7KQ2M-9XHDA', 'invitation'],
  [
    '00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN6304F4E5',
    'payment',
  ],
  ['2|99|0912000001|||0|0|0||transfer_myqr', 'payment'],
  ['WIFI:T:WPA;S:Kho;P:mat-khau;;', 'wifi'],
  ['BEGIN:VCARD\nFN:X\nEND:VCARD', 'contact'],
  ['001099012345|012345678|Người Hư Cấu|01011999|Nam|Hải Phòng|25042021', 'identity'],
  ['001099012345||Người Hư Cấu|01011999|Nam|Hải Phòng|25042021', 'identity'],
  ['8934588012345', 'product'],
  ['HTTPS://DEMO.EXAMPLE/Q/2KCFPIQB', 'damaged'],
  ['A'.repeat(200), 'damaged'],
  ['https://example.com/menu', 'link'],
  ['xin chào', 'other'],
])('%s is %s', (text, kind) => {
  expect(foreignKind(text)).toBe(kind);
});
