/** What sending takes from its surroundings. */
import { answer, api } from '$lib/api/client';
import type { EventsAnswer } from '$lib/api/types';
import { asLeader } from './leader';
import { lastRoundTrip } from './reach';

/** A batch as it goes out. */
export interface Outgoing {
  /** RFC 3339 by this phone's clock; null for another phone's events. */
  sent_at: string | null;
  /** How long the last exchange took, milliseconds; null when nobody knows. */
  round_trip_ms: number | null;
  events: string[];
}

export interface DrainPorts {
  /** Phone time, milliseconds. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  lead: <T>(work: () => Promise<T>) => Promise<T>;
  post: (body: Outgoing) => Promise<EventsAnswer>;
  roundTrip: () => number | null;
}

export const PORTS: DrainPorts = {
  now: () => Date.now(),
  random: () => Math.random(),
  lead: asLeader,
  post: (body) => answer(api.POST('/api/v1/field/events', { body })),
  roundTrip: lastRoundTrip,
};
