/** Shapes on the wire that the PWA reads and writes. Masses are integer grams, times RFC 3339 UTC. */

export type Role = 'generator' | 'carrier' | 'driver' | 'facility' | 'inspector' | 'authority' | 'admin';

export type ManifestState =
  | 'draft'
  | 'proposed'
  | 'issued'
  | 'in_transit'
  | 'stored'
  | 'arrived'
  | 'accepted'
  | 'partly_accepted'
  | 'rejected'
  | 'treated'
  | 'closed'
  | 'void';

export type EventKind =
  | 'pickup'
  | 'handover'
  | 'storing'
  | 'delivery'
  | 'arrival'
  | 'acceptance'
  | 'partial_acceptance'
  | 'rejection'
  | 'treatment'
  | 'inspection'
  | 'incident'
  | 'hold'
  | 'release'
  | 'note'
  | 'position_supplement';

export type Severity = 'info' | 'warning' | 'violation';
export type PhysicalState = 'solid' | 'liquid' | 'sludge';
export type MassBasis = 'estimated' | 'measured';
export type EvidenceGrade = 'A' | 'B' | 'C';

/** RFC 9457 problem with the closed code list of the API. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  errors?: FieldError[];
}

export interface FieldError {
  /** Path of the field, such as `lines[0].declared_mass_g`. */
  path: string;
  code: string;
  message?: string;
}

export interface RoleHeld {
  role: Role;
  organisation_id: string;
  organisation_name?: string;
}

export interface Person {
  id: string;
  name: string;
  roles: RoleHeld[];
}

export interface SessionAnswer {
  token: string;
  expires_at: string;
  person: Person;
}

export interface Me {
  person: Person;
  device: { id: string; name: string; status: 'active' | 'revoked' } | null;
  session: { expires_at: string };
  demo: boolean;
}

export interface PublicKeyJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
}

export interface DeviceAnswer {
  id: string;
  /** COSE_Sign1, base64url. */
  certificate: string;
}

export interface GeoPoint {
  lat: number;
  lon: number;
}

export interface GeoLine {
  type: 'LineString';
  coordinates: number[][];
}

export interface GeoPolygon {
  type: 'Polygon';
  coordinates: number[][][];
}

export interface PartyOfManifest {
  organisation_id: string;
  name: string;
  site_id?: string | null;
  site_name?: string | null;
  province_code?: string | null;
  /** Phone of the office. */
  phone?: string;
}

export interface Turn {
  role: Role;
  organisation_id: string;
  since: string;
  until: string | null;
}

export interface Packaging {
  kind: string;
  count: number;
}

export interface WasteLine {
  line: number;
  waste_code: string;
  waste_name: string;
  checked: boolean;
  physical_state: PhysicalState;
  declared_mass_g: number;
  mass_basis: MassBasis;
  packaging: Packaging | null;
  treatment_method: string | null;
  loaded_mass_g: number | null;
  received_mass_g: number | null;
  refused_mass_g: number | null;
}

export interface ManifestSummary {
  id: string;
  number: string | null;
  state: ManifestState;
  revision: number;
  generator: PartyOfManifest;
  carrier: PartyOfManifest;
  facility: PartyOfManifest;
  plates: string[];
  driver: { id: string; name: string } | null;
  planned_pickup_at: string;
  planned_delivery_at: string;
  declared_mass_g: number;
  loaded_mass_g: number | null;
  received_mass_g: number | null;
  open_findings: number;
  on_hold: boolean;
  /** Plate expected now; differs from the agreed ones after a change. */
  expected_plate?: string | null;
  turn: Turn | null;
  updated_at: string;
  state_since: string;
}

export type ManifestAction = 'edit' | 'propose' | 'approve' | 'void' | 'assign' | 'confirm_pickup';

export interface Manifest extends ManifestSummary {
  lines: WasteLine[];
  route: { geometry: GeoLine; corridor_m: number; name?: string | null } | null;
  qr: { code: string; short_code: string } | null;
  /** Six digits that the generator reads out at pickup; only the generator gets them. */
  pickup_code?: string | null;
  confirmed: { at: string; by: string | null } | null;
  trip_id: string | null;
  document_digest: string | null;
  created_at: string;
  issued_at: string | null;
  picked_up_at: string | null;
  arrived_at: string | null;
  accepted_at: string | null;
  reason?: string | null;
  proposed_by?: string | null;
  agreed?: { generator: boolean; facility: boolean };
  actions: ManifestAction[];
}

/** A manifest in a field pack: the whole, without the pickup code, with what offline verification needs. */
export interface PackManifest extends Manifest {
  /** SHA-256 of its seal, lower-case hex. */
  seal_digest: string | null;
  short_code: string | null;
  /** Its place in the status lists. */
  status: { list: number; index: number } | null;
}

export interface Site {
  id: string;
  name: string;
  kind: 'generator' | 'transfer_station' | 'facility';
  organisation_id: string;
  province_code: string | null;
  centre: GeoPoint;
  geofence: GeoPolygon;
  /** Text of the wall code; null for everybody but the own organisation and admin. */
  code?: string | null;
}

/** A site as a pack holds it: never with its wall code. */
export type PackSite = Pick<Site, 'id' | 'name' | 'kind' | 'organisation_id' | 'centre' | 'geofence'> & {
  address?: string;
};

export interface WasteCode {
  code: string;
  name_vi: string;
  name_en: string | null;
}

/** All that a phone must hold to work a shift offline. */
export interface FieldPack {
  as_of: string;
  expires_at: string;
  /** Roles it was made for. */
  roles: Role[];
  /** COSE_Sign1, base64url. */
  trust_list: string;
  status_lists: { n: number; list: string }[];
  manifests: PackManifest[];
  sites: PackSite[];
  waste_codes: WasteCode[];
  /** Uncompressed P-256 points (65 bytes), base64url. */
  root_keys: string[];
}

export interface FindingRaised {
  code: string;
  severity: Severity;
  detail?: unknown;
}

export interface EventResult {
  index: number;
  id: string | null;
  outcome: 'recorded' | 'duplicate' | 'refused';
  state: ManifestState | null;
  evidence_grade: EvidenceGrade | null;
  findings: FindingRaised[];
  problem: Problem | null;
}

export interface EventsAnswer {
  results: EventResult[];
}

export type VerdictWord =
  'invalid' | 'cannot_tell' | 'void' | 'superseded' | 'on_hold' | 'completed' | 'expired' | 'authentic';

export interface SubCheck {
  check: string;
  /** Null when it could not be checked. */
  ok: boolean | null;
  detail?: unknown;
}

/** What the public may know from a code in hand. */
export interface PublicManifest {
  id: string;
  number: string | null;
  state: ManifestState;
  plates: string[];
  generator_name: string;
  facility_name: string;
  waste_codes: string[];
  declared_mass_g: number;
}

export interface VerifyAnswer {
  verdict: VerdictWord;
  checks: SubCheck[];
  as_of: string;
  kind: 'manifest' | 'site' | null;
  manifest: Manifest | PublicManifest | null;
  site?: { id: string; name: string; kind: Site['kind'] | null } | null;
}

export interface Listing<T> {
  items: T[];
  next_cursor: string | null;
}
