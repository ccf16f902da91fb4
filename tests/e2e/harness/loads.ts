/** Loads that a story needs and does not tell about: declared, approved and assigned over HTTP by the people of the demo. */
import type { Api, Manifest, Site } from './api';

export interface Parties {
  generator: Api;
  carrier: Api;
  facility: Api;
  driver: Api;
}

export interface LineOptions {
  waste_code: string;
  name: string;
  physical_state: 'solid' | 'liquid' | 'sludge';
  declared_mass_g: number;
}

export interface LoadOptions {
  /** Lines in place of the one of used oil. */
  lines?: LineOptions[];
  /** From this site of the generator instead of its first. */
  from?: string;
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

const USED_OIL: LineOptions = {
  waste_code: '17 02 03',
  name: 'Dầu động cơ, hộp số, bôi trơn thải',
  physical_state: 'liquid',
  declared_mass_g: 481_000,
};

/** An issued manifest with this driver, as the parties see it. */
export async function issued(who: Parties, options: LoadOptions = {}): Promise<Manifest> {
  const { lines = [USED_OIL], route, plate = PLATE } = options;
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
    generator_site_id: options.from ?? from.id,
    carrier_id: who.carrier.organisation,
    facility_site_id: to.id,
    plates: [plate],
    driver_id: null,
    planned_pickup_at: new Date(now + 30 * 60_000).toISOString(),
    planned_delivery_at: new Date(now + 4 * 3_600_000).toISOString(),
    route: named === undefined ? null : { route_id: named.id },
    lines: lines.map((line) => ({
      ...line,
      mass_basis: 'estimated',
      packaging: { kind: 'drum', count: 4 },
      treatment_method: 'TC',
    })),
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
