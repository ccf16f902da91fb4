/** Searches of the registry, as options of a combobox. The server folds accents and finds by code. */
import type { ComboOption } from '$lib/components/Combobox.svelte';
import { answer, api } from '$lib/api/client';
import { m } from '$lib/i18n';
import type { OfficeSite, OfficeWasteCode, OrganisationKind, SiteKind } from './types';
import { wasteCode } from './waste_code';

/** Options shown at once: what a person can look over. */
const LIMIT = 20;

/** Label of a site: its name and whose it is. */
export function siteLabel(site: Pick<OfficeSite, 'name' | 'organisation_name'>): string {
  return `${site.name} · ${site.organisation_name}`;
}

/** Sites of a kind; with an organisation only its own. */
export function siteFinder(kind: SiteKind, organisationId?: string) {
  return async (q: string): Promise<ComboOption[]> => {
    const query = { kind, organisation_id: organisationId, q: q || undefined, limit: LIMIT };
    const { items } = await answer(api.GET('/api/v1/sites', { params: { query } }));
    return items.map((site) => ({ id: site.id, label: siteLabel(site), text: site.address }));
  };
}

/** Organisations of a kind. */
export function organisationFinder(kind?: OrganisationKind) {
  return async (q: string): Promise<ComboOption[]> => {
    const query = { kind, q: q || undefined, limit: LIMIT };
    const { items } = await answer(api.GET('/api/v1/organisations', { params: { query } }));
    return items.map((each) => ({ id: each.id, label: each.name, text: each.address }));
  };
}

export type WasteOption = ComboOption & { found: OfficeWasteCode };

/** Waste codes by name or code; six digits that the list does not have are offered as they are. */
export async function findWaste(q: string): Promise<WasteOption[]> {
  const query = { q: q || undefined, limit: LIMIT };
  const { items } = await answer(api.GET('/api/v1/waste-codes', { params: { query } }));
  const options = items
    .filter((item) => wasteCode(item.code) !== null)
    .map((found) => ({
      id: found.code,
      label: `${found.code} · ${found.name_vi}`,
      text: found.hazard_properties ? m.waste_hazard({ letters: found.hazard_properties }) : undefined,
      mark: found.checked ? undefined : m.desk_unchecked(),
      found,
    }));
  const typed = wasteCode(q);
  if (typed === null || options.some((option) => option.id === typed)) return options;
  const found = { code: typed, name_vi: '', checked: false };
  return [
    ...options,
    { id: typed, label: typed, text: m.waste_not_listed(), mark: m.desk_unchecked(), found },
  ];
}
