/** Closed lists of the wire in the reader's words. Each map is complete by its type. */
import type {
  EventKind,
  EvidenceGrade,
  FindingCode,
  ManifestState,
  MassBasis,
  PhysicalState,
  Role,
  Severity,
  VerdictWord,
} from '$lib/api/types';
import type { FileSubject } from '$lib/local/event_payload';
import { m } from './index';

type Words<K extends string> = Record<K, () => string>;

const STATES: Words<ManifestState> = {
  draft: m.state_draft,
  proposed: m.state_proposed,
  issued: m.state_issued,
  in_transit: m.state_in_transit,
  stored: m.state_stored,
  arrived: m.state_arrived,
  accepted: m.state_accepted,
  partly_accepted: m.state_partly_accepted,
  rejected: m.state_rejected,
  treated: m.state_treated,
  closed: m.state_closed,
  void: m.state_void,
};
const ROLES: Words<Role> = {
  generator: m.role_generator,
  carrier: m.role_carrier,
  driver: m.role_driver,
  facility: m.role_facility,
  inspector: m.role_inspector,
  authority: m.role_authority,
  admin: m.role_admin,
};
const KINDS: Words<EventKind> = {
  pickup: m.kind_pickup,
  handover: m.kind_handover,
  storing: m.kind_storing,
  delivery: m.kind_delivery,
  arrival: m.kind_arrival,
  acceptance: m.kind_acceptance,
  partial_acceptance: m.kind_partial_acceptance,
  rejection: m.kind_rejection,
  treatment: m.kind_treatment,
  closing: m.kind_closing,
  inspection: m.kind_inspection,
  incident: m.kind_incident,
  hold: m.kind_hold,
  release: m.kind_release,
  note: m.kind_note,
  position_supplement: m.kind_position_supplement,
};
const SUBJECTS: Words<FileSubject> = {
  load: m.subject_load,
  ticket: m.subject_ticket,
  signature: m.subject_signature,
  physical_seals: m.subject_physical_seals,
  vehicle: m.subject_vehicle,
  document: m.subject_document,
};
const PHYSICAL: Words<PhysicalState> = {
  solid: m.physical_solid,
  liquid: m.physical_liquid,
  sludge: m.physical_sludge,
};
const BASES: Words<MassBasis> = { estimated: m.basis_estimated, measured: m.basis_measured };
const SEVERITIES: Words<Severity> = {
  info: m.severity_info,
  warning: m.severity_warning,
  violation: m.severity_violation,
};
const GRADES: Words<EvidenceGrade> = { A: m.grade_a, B: m.grade_b, C: m.grade_c };
const VERDICTS: Words<VerdictWord> = {
  invalid: m.verdict_invalid,
  cannot_tell: m.verdict_cannot_tell,
  void: m.verdict_void,
  superseded: m.verdict_superseded,
  on_hold: m.verdict_on_hold,
  completed: m.verdict_completed,
  expired: m.verdict_expired,
  authentic: m.verdict_authentic,
};
/** Complete for the contract; what a newer server adds is shown by its code. */
const FINDINGS: Words<FindingCode> = {
  outside_geofence: m.finding_outside_geofence,
  wrong_facility: m.finding_wrong_facility,
  wrong_site_code: m.finding_wrong_site_code,
  off_route: m.finding_off_route,
  forbidden_area_or_hour: m.finding_forbidden_area_or_hour,
  long_stop: m.finding_long_stop,
  position_missing: m.finding_position_missing,
  position_poor: m.finding_position_poor,
  position_mocked: m.finding_position_mocked,
  impossible_travel: m.finding_impossible_travel,
  clock_skew: m.finding_clock_skew,
  wrong_vehicle: m.finding_wrong_vehicle,
  wrong_driver: m.finding_wrong_driver,
  permit_expired: m.finding_permit_expired,
  party_suspended: m.finding_party_suspended,
  waste_not_permitted: m.finding_waste_not_permitted,
  method_not_permitted: m.finding_method_not_permitted,
  quota_exceeded: m.finding_quota_exceeded,
  discrepancy: m.finding_discrepancy,
  out_of_sequence: m.finding_out_of_sequence,
  pickup_missing: m.finding_pickup_missing,
  picked_up_before_void: m.finding_picked_up_before_void,
  not_entitled: m.finding_not_entitled,
  vehicle_changed: m.finding_vehicle_changed,
  counterparty_missing: m.finding_counterparty_missing,
  overdue_arrival: m.finding_overdue_arrival,
  overdue_treatment: m.finding_overdue_treatment,
  duplicate_use: m.finding_duplicate_use,
  seal_invalid: m.finding_seal_invalid,
  seal_superseded: m.finding_seal_superseded,
  seal_expired: m.finding_seal_expired,
  device_revoked: m.finding_device_revoked,
  device_silent: m.finding_device_silent,
  mass_balance_gap: m.finding_mass_balance_gap,
  refused_above_received: m.finding_refused_above_received,
  nothing_refused: m.finding_nothing_refused,
  all_refused: m.finding_all_refused,
  reason_missing: m.finding_reason_missing,
  unreadable_field: m.finding_unreadable_field,
};
const CHECKS: Words<string> = {
  format: m.check_format,
  envelope: m.check_envelope,
  key: m.check_key,
  signature: m.check_signature,
  time: m.check_time,
  host: m.check_host,
  status: m.check_status,
  registered: m.check_registered,
  certificate: m.check_certificate,
  validity: m.check_validity,
  device: m.check_device,
  step: m.check_step,
  manifest: m.check_manifest,
  driver: m.check_driver,
  plate: m.check_plate,
  pickup: m.check_pickup,
};
const PACKAGING: Words<string> = {
  drum: m.packaging_drum,
  bag: m.packaging_bag,
  ibc: m.packaging_ibc,
  box: m.packaging_box,
  bulk: m.packaging_bulk,
  tank: m.packaging_tank,
  pallet: m.packaging_pallet,
  other: m.packaging_other,
};

export const stateLabel = (state: ManifestState): string => STATES[state]();
export const roleLabel = (role: Role): string => ROLES[role]();
export const kindLabel = (kind: EventKind): string => KINDS[kind]();
export const physicalLabel = (state: PhysicalState): string => PHYSICAL[state]();
export const basisLabel = (basis: MassBasis): string => BASES[basis]();
export const severityLabel = (severity: Severity): string => SEVERITIES[severity]();
export const gradeLabel = (grade: EvidenceGrade): string => GRADES[grade]();
export const verdictLabel = (verdict: VerdictWord): string => VERDICTS[verdict]();
export const findingLabel = (code: string): string => (FINDINGS as Partial<Words<string>>)[code]?.() ?? code;
export const checkLabel = (check: string): string => CHECKS[check]?.() ?? check;
export const packagingLabel = (kind: string): string => PACKAGING[kind]?.() ?? kind;
/** What an evidence file shows; a subject of a newer phone, and none, is just a picture. */
export const subjectLabel = (subject: string | null): string =>
  SUBJECTS[subject as FileSubject]?.() ?? m.subject_picture();
