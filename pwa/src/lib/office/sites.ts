/** The own organisation's sites. */
import { api } from '$lib/api/client';
import { everything } from './client';
import type { OfficeSite } from './types';

/** Every site of an organisation. */
export function ownSites(organisationId: string): Promise<OfficeSite[]> {
  return everything((cursor) =>
    api.GET('/api/v1/sites', {
      params: { query: { organisation_id: organisationId, limit: 200, cursor } },
    }),
  );
}
