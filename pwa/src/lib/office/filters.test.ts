import { describe, expect, it } from 'vitest';
import { filterOf, listLink, withFilter } from './filters';

describe('filters of the manifest list', () => {
  it('keep leading zeros of codes and forget what they do not know', () => {
    const filter = filterOf(new URLSearchParams('province=01&waste_code=17+02+03&q=&colour=red'));
    expect(filter).toEqual({ province: '01', waste_code: '17 02 03' });
  });

  it('go into a link and come back the same', () => {
    const link = listLink({ province: '31', waste_code: '17 02 03', finding: 'off_route', cursor: null });
    expect(link).toBe('/desk/manifests?province=31&waste_code=17+02+03&finding=off_route');
    expect(filterOf(new URLSearchParams(link.split('?')[1]))).toEqual({
      province: '31',
      waste_code: '17 02 03',
      finding: 'off_route',
    });
  });

  it('change one at a time; an empty value takes it out', () => {
    const filter = { state: 'issued', q: 'dầu' };
    expect(withFilter(filter, 'state', 'arrived')).toEqual({ state: 'arrived', q: 'dầu' });
    expect(withFilter(filter, 'q', ' ')).toEqual({ state: 'issued' });
    expect(listLink({})).toBe('/desk/manifests');
  });
});
