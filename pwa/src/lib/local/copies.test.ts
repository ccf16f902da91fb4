import { describe, expect, it } from 'vitest';
import type { Manifest } from '$lib/api/types';
import { findCopy, keepCopy, listCopies } from './copies';

const manifest = (id: string, number: string) =>
  ({ id, number, pickup_code: '123456', actions: ['void'] }) as unknown as Manifest;

describe('kept copies', () => {
  it('belong to one person, the latest first, without code and actions', async () => {
    await keepCopy('p1', manifest('m1', '1/2026'), 1_000);
    await keepCopy('p1', manifest('m2', '2/2026'), 2_000);
    await keepCopy('p2', manifest('m3', '3/2026'), 3_000);
    expect((await listCopies('p1')).map((copy) => copy.manifest_id)).toEqual(['m2', 'm1']);
    expect((await findCopy('p1', 'm1'))?.manifest).toMatchObject({
      number: '1/2026',
      pickup_code: null,
      actions: [],
    });
    expect(await findCopy('p2', 'm1')).toBeNull();
  });

  it('are replaced by a later copy of the same manifest', async () => {
    await keepCopy('p9', manifest('m1', 'old'), 1_000);
    await keepCopy('p9', manifest('m1', 'new'), 2_000);
    expect((await listCopies('p9')).map((copy) => copy.manifest.number)).toEqual(['new']);
  });
});
