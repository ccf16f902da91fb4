/**
 * Whether the server can be reached: what its answers say, not what the device believes of its network. A captive
 * portal's page is no answer, and a device that claims to be offline is tried all the same.
 */
import { onExchange } from '$lib/api/client';

/** `unknown` until the first exchange of this page. */
export type Reach = 'unknown' | 'answers' | 'silent';

let reach: Reach = 'unknown';
let roundTripMs: number | null = null;
const listeners = new Set<(reach: Reach, before: Reach) => void>();

function set(next: Reach): void {
  const before = reach;
  if (next === before) return;
  reach = next;
  for (const listener of listeners) listener(next, before);
}

onExchange(({ sentMs, receivedMs, ours }) => {
  if (receivedMs >= sentMs) roundTripMs = receivedMs - sentMs;
  set(ours ? 'answers' : 'silent');
});

/** What is known now. */
export function currentReach(): Reach {
  return reach;
}

/** Calls back when it changes; returns how to stop. */
export function onReach(listener: (reach: Reach, before: Reach) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The device says that it lost its network: shown at once, believed until the next answer. */
export function noteOffline(): void {
  set('silent');
}

/** How long the last exchange took, also one that was given up, milliseconds; null before the first. */
export function lastRoundTrip(): number | null {
  return roundTripMs;
}
