import { describe, expect, it } from 'vitest';
import { openPath, pointerIn, screenOf, type Pointer } from './screen';

const MANIFEST = '01932c00-0000-7000-8000-00000000000c';
const pointer = (over: Partial<Pointer>): Pointer => ({
  topic: 'your_turn',
  role: 'generator',
  manifest_id: MANIFEST,
  ...over,
});

describe('where a notice leads', () => {
  it('is the screen of the role that is told', () => {
    expect(screenOf(pointer({ topic: 'trip_assigned', role: 'driver' }))).toBe(`/driver/trip/${MANIFEST}`);
    expect(screenOf(pointer({ topic: 'trip_withdrawn', role: 'driver' }))).toBe('/driver');
    for (const role of ['generator', 'carrier', 'authority'] as const)
      expect(screenOf(pointer({ role }))).toBe(`/desk/manifests/${MANIFEST}`);
  });
  it('is the gate once the truck is there, and the desk before', () => {
    const facility = pointer({ role: 'facility' });
    expect(screenOf(facility, 'arrived')).toBe(`/gate/receive/${MANIFEST}`);
    expect(screenOf(facility, 'proposed')).toBe(`/desk/manifests/${MANIFEST}`);
    expect(screenOf(facility)).toBe(`/desk/manifests/${MANIFEST}`);
  });
});

describe('the address of a notice', () => {
  const known = [
    ['driver', 'generator'],
    ['your_turn', 'hold'],
  ] as const;
  it('carries what it points to', () => {
    const path = openPath({ id: 'n', ...pointer({}) });
    const query = new URL(path, 'https://x').searchParams;
    expect(path.startsWith('/notices/n?')).toBe(true);
    expect(pointerIn(query, ...known)).toEqual(pointer({}));
  });
  it('leads nowhere when anything in it is unknown', () => {
    for (const bad of [
      { topic: 'gossip' },
      { role: 'king' },
      { manifest_id: '../../login' },
      { manifest_id: `${MANIFEST}/x` },
      { manifest_id: '' },
    ]) {
      const query = new URLSearchParams({ ...pointer({}), ...bad } as Record<string, string>);
      expect(pointerIn(query, ...known)).toBeNull();
    }
    expect(pointerIn(new URLSearchParams(), ...known)).toBeNull();
  });
});
