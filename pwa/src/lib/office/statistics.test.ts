import { expect, it } from 'vitest';
import { byOf, change, groupName, statQuery, tonnes } from './statistics';

it('turns the address into what the server takes', () => {
  const query = new URLSearchParams('period=year&province=31&method=TC&colour=red&waste_group=');
  expect(statQuery(query, Date.parse('2026-11-26T03:00:00Z'))).toEqual({
    from: '2026-01-01',
    to: '2026-11-26',
    province: '31',
    method: 'TC',
  });
  expect(byOf('facility', 'state')).toBe('facility');
  expect(byOf('weather', 'state')).toBe('state');
});

it('names groups as people say them', () => {
  const of = (key: string, label = key) => ({ key, label });
  expect(groupName('month', of('2026-11'), [])).toBe('11/2026');
  expect(groupName('waste_code', of('17 02 03', 'Dầu'), [])).toBe('17 02 03 · Dầu');
  expect(groupName('waste_group', of('17'), [])).toBe('17');
  expect(
    groupName('province', of('31', 'x'), [{ code: '31', name_vi: 'Hải Phòng', name_en: 'Hai Phong' }]),
  ).toBe('Hải Phòng');
  expect(groupName('province', of('', ''), [])).toBe('chưa rõ');
});

it('compares with the year before, where there was one', () => {
  expect(change(110, 100)).toEqual({ sign: '+', share: '10' });
  expect(change(75, 100)).toEqual({ sign: '−', share: '25' });
  expect(change(5, 0)).toBeNull();
  expect(change(5000, 20)).toBeNull();
  expect(tonnes(12_450_000)).toBe('12,5');
});
