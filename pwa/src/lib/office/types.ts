/**
 * Shapes on the wire by the names of office pages, from the types generated out of the contract
 * (`scripts/generate`). Masses are integer grams, times RFC 3339 UTC.
 */
import type { components } from '$lib/api/schema';
import type { FindingRaised, GeoLine, Manifest, Site, Told } from '$lib/api/types';

type Schemas = components['schemas'];
/** The same shape with some fields known better than the contract's language can say. */
type With<T, Better> = Omit<T, keyof Better> & Better;

/** GeoJSON LineString, longitude first. */
export type Line = GeoLine;

export type InboxItem = Told<Schemas['InboxItem']>;
export type Inbox = Told<Schemas['InboxView']>;
export type TreatmentMethod = Schemas['TreatmentMethod'];
export type SiteKind = Schemas['SiteKind'];
export type OrganisationKind = Schemas['OrganisationKind'];
export type PermitKind = Schemas['PermitKind'];
export type OfficeSite = Site;
export type NewSite = Schemas['NewSite'];
export type Scale = Told<Schemas['ScaleView']>;
export type SiteChange = Schemas['SiteChange'];
export type Organisation = Told<Schemas['OrganisationView']>;
export type NewOrganisation = Schemas['NewOrganisation'];
export type OfficePerson = Told<Schemas['PersonRow']>;
export type NewPerson = Schemas['NewPerson'];
export type Invitation = Told<Schemas['Invitation']>;
export type OfficeDevice = Told<Schemas['DeviceView']>;
export type Permit = Told<Schemas['PermitView']>;
export type Agreement = Told<Schemas['AgreementView']>;
export type NewAgreement = Schemas['NewAgreement'];
export type Quota = Told<Schemas['Quota']>;
export type NewPermit = Schemas['NewPermit'];
export type Vehicle = Told<Schemas['VehicleView']>;
export type NewVehicle = Schemas['NewVehicle'];
export type NamedRoute = Told<Schemas['NamedRouteView']>;
/** A waste code; one that the list lacks has only what was typed. */
export type OfficeWasteCode = Pick<Told<Schemas['WasteCodeView']>, 'code' | 'name_vi' | 'checked'> &
  Partial<Told<Schemas['WasteCodeView']>>;
export type Province = Told<Schemas['ProvinceView']>;
export type OfficeManifest = Manifest;
export type OfficeEvent = With<
  Told<Schemas['EventView']>,
  { findings: FindingRaised[]; details: Record<string, unknown> }
>;
/** Query of the manifest list. */
export interface ManifestQuery {
  /** One state, or several with commas. */
  state?: string;
  q?: string;
  /** First day of the load in Hà Nội, "2026-11-23". */
  from?: string;
  to?: string;
  /** Issued at all: what statistics count. */
  issued?: boolean;
  /** First and last day of the issue in Hà Nội. */
  issued_from?: string;
  issued_to?: string;
  province?: string;
  destination?: string;
  waste_code?: string;
  waste_group?: string;
  method?: string;
  generator_id?: string;
  carrier_id?: string;
  facility_id?: string;
  /** Arrived after the planned delivery. */
  late?: boolean;
  /** A line was received outside the tolerance of its declared mass. */
  discrepant?: boolean;
  /** A code of an open finding, or `any`. */
  finding?: string;
  cursor?: string;
  limit?: number;
}

export type FindingStatus = Schemas['FindingStatus'];
export type OfficeFinding = Told<Schemas['FindingView']>;
export type SummaryItem = Told<Schemas['FiguresView']>;
/** The same figures for everything counted. */
export type SummaryTotal = SummaryItem;
export type Summary = Told<Schemas['Summary']>;
export type StatFigures = Told<Schemas['StatFigures']>;
export type StatHeading = Told<Schemas['Heading']>;
export type StatTrend = Told<Schemas['Trend']>;
export type StatGroups = Told<Schemas['Groups']>;
export type StatCross = Told<Schemas['Cross']>;
/** By what statistics are grouped. */
export type StatBy = Schemas['By'];
export type Assignment = Told<Schemas['Assignment']>;

/** What a declarant sends. */
export type Declaration = With<
  Told<Schemas['Declaration']>,
  { route: { route_id: string } | { geometry: Line; corridor_m: number } | null }
>;

/** How the figures of the dashboard can be grouped. */
export type SummaryGroup = 'province' | 'waste_code' | 'facility' | 'month' | 'state';

/** Properties of a site on the map's GeoJSON layer. */
export interface SiteOnMap {
  name: string;
  kind: SiteKind;
  organisation_id: string;
  organisation_name: string;
  last_scan_at: string | null;
  open_findings: number;
  /** Loads that wait there. */
  waiting: number;
}
