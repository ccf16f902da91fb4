/** What waits for me, put in the order in which a clerk should take it. */
import type { InboxItem } from './types';

export interface InboxGroup {
  action: string;
  items: InboxItem[];
}

/** Actions in the order of the screen; others follow in the order in which they come. */
const ORDER = [
  'release',
  'confirm_pickup',
  'return',
  'approve',
  'assign',
  'decide',
  'pickup',
  'deliver',
  'propose',
];

/** Groups by action; inside a group what ends first comes first, then what has waited longest. */
export function groupInbox(items: readonly InboxItem[]): InboxGroup[] {
  const groups = new Map<string, InboxItem[]>();
  for (const item of items) groups.set(item.action, [...(groups.get(item.action) ?? []), item]);
  const rank = (action: string) => (ORDER.includes(action) ? ORDER.indexOf(action) : ORDER.length);
  return [...groups]
    .map(([action, members]) => ({ action, items: [...members].sort(byUrgency) }))
    .sort((a, b) => rank(a.action) - rank(b.action));
}

function byUrgency(a: InboxItem, b: InboxItem): number {
  // Two without an end differ by NaN, which falls through to how long they have waited.
  return until(a) - until(b) || since(a) - since(b);
}

function until({ manifest }: InboxItem): number {
  return manifest.turn?.until ? Date.parse(manifest.turn.until) : Infinity;
}

function since({ manifest }: InboxItem): number {
  return Date.parse(manifest.turn?.since ?? manifest.state_since);
}

export type Urgency = 'late' | 'soon' | 'calm';

/** Late once the end has passed; soon in the last two hours before it. */
export function urgency(until: string | null, nowMs: number): Urgency {
  if (until === null) return 'calm';
  const left = Date.parse(until) - nowMs;
  return left < 0 ? 'late' : left < 2 * 3_600_000 ? 'soon' : 'calm';
}
