/** Drivers and vehicles of a carrier, to choose from. */
import { api } from '$lib/api/client';
import { everything } from './client';
import type { OfficePerson, Vehicle } from './types';

export interface Crew {
  drivers: OfficePerson[];
  vehicles: Vehicle[];
}

/** Everybody who drives for a carrier and everything they may drive. Drivers are listed to their own organisation only. */
export async function crewOf(carrierId: string): Promise<Crew> {
  const [drivers, vehicles] = await Promise.all([
    everything((cursor) =>
      api.GET('/api/v1/people', {
        params: { query: { organisation_id: carrierId, role: 'driver', limit: 500, cursor } },
      }),
    ),
    everything((cursor) =>
      api.GET('/api/v1/vehicles', {
        params: { query: { organisation_id: carrierId, limit: 500, cursor } },
      }),
    ),
  ]);
  return { drivers, vehicles };
}
