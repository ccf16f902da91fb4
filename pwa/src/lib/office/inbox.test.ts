import { describe, expect, it } from 'vitest';
import { groupInbox, urgency } from './inbox';
import type { InboxItem } from './types';

const item = (id: string, action: string, since: string, until: string | null) =>
  ({ action, manifest: { id, turn: { since, until } } }) as unknown as InboxItem;

describe('the inbox', () => {
  it('groups by action and puts first what ends first', () => {
    const groups = groupInbox([
      item('a', 'assign', '2026-11-23T01:00:00Z', null),
      item('b', 'approve', '2026-11-23T02:00:00Z', '2026-11-24T00:00:00Z'),
      item('c', 'approve', '2026-11-23T01:00:00Z', '2026-11-23T12:00:00Z'),
      item('d', 'something_new', '2026-11-23T01:00:00Z', null),
      item('e', 'approve', '2026-11-22T01:00:00Z', null),
    ]);
    expect(
      groups.map((group) => [group.action, group.items.map((each) => each.manifest.id).join('')]),
    ).toEqual([
      ['approve', 'cbe'],
      ['assign', 'a'],
      ['something_new', 'd'],
    ]);
  });

  it('tells late from soon', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    expect(urgency('2026-11-23T11:59:00Z', now)).toBe('late');
    expect(urgency('2026-11-23T13:30:00Z', now)).toBe('soon');
    expect(urgency('2026-11-24T12:00:00Z', now)).toBe('calm');
    expect(urgency(null, now)).toBe('calm');
  });
});
