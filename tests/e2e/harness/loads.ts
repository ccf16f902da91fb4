/** Loads that a story needs and does not tell about: declared, approved and assigned over HTTP by the people of the demo. */
import type { Api, Manifest, Site } from './api';

export interface Parties {
  generator: Api;
  carrier: Api;
  facility: Api;
  driver: Api;
}

export interface LoadOptions {
  /** Declared mass in grams. */
  mass_g?: number;
  /** On a named route of the carrier whose name begins so. */
  route?: string;
  plate?: string;
}

export const PLATE = '15C-123.45';

export async function parties(api: (role: string, other?: boolean) => Promise<Api>): Promise<Parties> {
  const [generator, carrier, facility, driver] = await Promise.all([
    api('generator'),
    api('carrier'),
    api('facility'),
    api('driver'),
  ]);
  return { generator, carrier, facility, driver };
}

/** An issued manifest with this driver, as the parties see it. */
export async function issued(who: Parties, options: LoadOptions = {}): Promise<Manifest> {
  const { mass_g = 481_000, route, plate = PLATE } = options;
  const [from, to] = await Promise.all([who.generator.ownSite(), who.facility.ownSite()]);
  const routes =
    route === undefined
      ? []
      : await who.carrier.items<{ id: string; name: string }>(
          `/routes?organisation_id=${who.carrier.organisation}`,
        );
  const named = routes.find((one) => one.name.startsWith(route ?? ''));
  const now = Date.now();
  const draft = await who.generator.post<Manifest>('/manifests', {
    generator_site_id: from.id,
    carrier_id: who.carrier.organisation,
    facility_site_id: to.id,
    plates: [plate],
    driver_id: null,
    planned_pickup_at: new Date(now + 30 * 60_000).toISOString(),
    planned_delivery_at: new Date(now + 4 * 3_600_000).toISOString(),
    route: named === undefined ? null : { route_id: named.id },
    lines: [
      {
        waste_code: '17 02 03',
        name: 'Dầu động cơ, hộp số, bôi trơn thải',
        physical_state: 'liquid',
        declared_mass_g: mass_g,
        mass_basis: 'estimated',
        packaging: { kind: 'drum', count: 4 },
        treatment_method: 'TC',
      },
    ],
  });
  await who.generator.post(`/manifests/${draft.id}/propose`);
  await who.facility.post(`/manifests/${draft.id}/approve`);
  await who.carrier.post(`/manifests/${draft.id}/assign`, { driver_id: who.driver.me.person.id, plate });
  return who.generator.manifest(draft.id);
}

/** The sites a load goes between. */
export async function ends(who: Parties): Promise<{ store: Site; facility: Site }> {
  const [store, facility] = await Promise.all([who.generator.ownSite(), who.facility.ownSite()]);
  return { store, facility };
}
