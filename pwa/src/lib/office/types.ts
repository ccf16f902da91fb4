/** Shapes on the wire that office pages read and write. Masses are integer grams, times RFC 3339 UTC. */
import type {
  EventKind,
  EvidenceGrade,
  FindingRaised,
  GeoPoint,
  Manifest,
  ManifestSummary,
  MassBasis,
  Packaging,
  PhysicalState,
  Role,
  RoleHeld,
  Severity,
} from '$lib/api/types';

/** GeoJSON LineString, longitude first. */
export interface Line {
  type: 'LineString';
  coordinates: number[][];
}

/** What waits for the caller; `action` names what to do about it. */
export interface InboxItem {
  action: string;
  manifest: ManifestSummary;
}

export interface Inbox {
  items: InboxItem[];
  counts: Record<string, number>;
}

export type SiteKind = 'generator' | 'transfer_station' | 'facility';
export type OrganisationKind = 'generator' | 'carrier' | 'facility' | 'authority';
export type PermitKind = 'transport' | 'treatment';

export interface OfficeSite {
  id: string;
  name: string;
  kind: SiteKind;
  organisation_id: string;
  organisation_name?: string;
  province_code: string | null;
  address: string;
  centre: GeoPoint;
  geofence: { type: 'Polygon'; coordinates: number[][][] };
  /** Text of the wall code; null for others than its own organisation and admins. */
  code: string | null;
}

export interface NewSite {
  name: string;
  kind: SiteKind;
  organisation_id: string;
  province_code: string;
  address: string;
  centre: GeoPoint;
  /** Metres around the centre. */
  radius_m: number;
}

export interface Organisation {
  id: string;
  kind: OrganisationKind;
  name: string;
  code: string | null;
  province_code: string | null;
  address: string;
  phone: string;
  suspended: boolean;
}

export type NewOrganisation = Pick<Organisation, 'kind' | 'name' | 'address' | 'phone'> & {
  code: string;
  province_code: string;
};

export interface OfficePerson {
  id: string;
  name: string;
  login: string;
  phone: string;
  roles: RoleHeld[];
}

export interface NewPerson {
  name: string;
  phone: string;
  login?: string;
  role: Role;
  organisation_id: string;
}

export interface Invitation {
  code: string;
  expires_at: string;
  url: string;
  qr_svg: string;
}

export interface OfficeDevice {
  id: string;
  name: string;
  person_id: string;
  person_name: string;
  status: 'active' | 'revoked';
  created_at: string;
  last_seen_at: string | null;
}

export interface Permit {
  id: string;
  organisation_id: string;
  kind: PermitKind;
  number: string;
  valid_from: string;
  valid_to: string;
  /** Empty means all. */
  waste_codes: string[];
  plates: string[];
}

export interface Vehicle {
  id: string;
  organisation_id: string;
  plate: string;
  name: string;
  kind: string;
}

export interface NamedRoute {
  id: string;
  organisation_id: string;
  name: string;
  geometry: Line;
  corridor_m: number;
  version: number;
}

export interface OfficeWasteCode {
  code: string;
  name_vi: string;
  name_en: string | null;
  hazard_properties?: string;
  physical_states?: string;
  /** True once it comes from the official annex. */
  checked: boolean;
}

export interface Province {
  code: string;
  name_vi: string;
  name_en: string;
}

/** What a declarant sends. */
export interface Declaration {
  generator_site_id: string;
  carrier_id: string;
  facility_site_id: string;
  plates: string[];
  driver_id: string | null;
  planned_pickup_at: string;
  planned_delivery_at: string;
  route: { route_id: string } | { geometry: Line; corridor_m: number } | null;
  lines: DeclaredLine[];
}

export interface DeclaredLine {
  waste_code: string;
  name: string | null;
  physical_state: PhysicalState;
  declared_mass_g: number;
  mass_basis: MassBasis;
  packaging: Packaging | null;
  treatment_method: string;
}

/** A manifest as offices see it. */
export type OfficeManifest = Omit<Manifest, 'route'> & {
  version?: number;
  expected_plate?: string | null;
  route: { route_id?: string | null; geometry: Line; corridor_m: number; name?: string | null } | null;
};

export interface OfficeEvent {
  id: string;
  kind: EventKind;
  event_time: string;
  estimated_time: string;
  record_time: string;
  position: {
    lat: number;
    lon: number;
    accuracy_m: number | null;
    fix_time?: string | null;
    mocked?: boolean;
  } | null;
  position_missing?: 'denied' | 'timeout' | 'unavailable' | null;
  evidence_grade: EvidenceGrade | null;
  plate?: string | null;
  person?: { id: string; name: string } | null;
  lines?: { line: number; mass_g: number | null; refused_g: number | null }[];
  weighing?: {
    gross_g: number | null;
    tare_g: number | null;
    net_g: number | null;
    ticket: string | null;
  } | null;
  comment?: string | null;
  findings: FindingRaised[];
}

export type FindingStatus = 'open' | 'withdrawn' | 'closed';

export interface OfficeFinding {
  id: string;
  manifest_id: string | null;
  manifest_number: string | null;
  event_id: string | null;
  code: string;
  severity: Severity;
  status: FindingStatus;
  from: string | null;
  to: string | null;
  decided_at: string | null;
  detail: unknown;
}

export type SummaryGroup = 'province' | 'waste_code' | 'facility' | 'month' | 'state';

export interface SummaryTotal {
  manifests: number;
  declared_mass_g: number;
  loaded_mass_g?: number;
  received_mass_g: number;
  open_findings: number;
  /** Query of the manifest list that shows exactly these. */
  filter: Record<string, string>;
}

export interface SummaryItem extends SummaryTotal {
  key: string;
  label: string;
}

export interface Summary {
  as_of: string;
  total: SummaryTotal;
  items: SummaryItem[];
}

/** What the map says of a site. */
export interface SiteOnMap {
  name: string;
  kind: SiteKind;
  organisation_id: string;
  organisation_name: string;
  last_scan_at: string | null;
  open_findings: number;
  waiting: number;
}

/** Query of the manifest list. */
export interface ManifestQuery {
  /** One state, or several with commas. */
  state?: string;
  q?: string;
  /** First day of the load in Hà Nội, "2026-11-23". */
  from?: string;
  to?: string;
  province?: string;
  waste_code?: string;
  facility_id?: string;
  /** A code of an open finding, or `any`. */
  finding?: string;
  cursor?: string;
  limit?: number;
}
