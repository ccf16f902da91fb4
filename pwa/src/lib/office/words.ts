/** Words that only office pages need: actions, methods, what a finding means, what a check says. */
import type { Severity } from '$lib/api/types';
import { m } from '$lib/i18n';
import type { OrganisationKind, PermitKind, SiteKind, SummaryGroup, TreatmentMethod } from './types';

type Words<K extends string> = Record<K, () => string>;

/** Treatment methods of the legal form (TT 02/2022/TT-BTNMT, Phụ lục III, Mẫu số 04, mục 4). */
const METHODS: Words<TreatmentMethod> = {
  TC: m.method_tc,
  TH: m.method_th,
  PT: m.method_pt,
  OH: m.method_oh,
  SH: m.method_sh,
  ĐX: m.method_dx,
  TĐ: m.method_td,
  HR: m.method_hr,
  CL: m.method_cl,
  C: m.method_c,
  TR: m.method_tr,
  SC: m.method_sc,
  Khác: m.method_other,
};

const ACTIONS: Words<string> = {
  propose: m.turn_propose,
  approve: m.turn_approve,
  assign: m.turn_assign,
  pickup: m.turn_pickup,
  confirm_pickup: m.turn_confirm_pickup,
  deliver: m.turn_deliver,
  decide: m.turn_decide,
  return: m.turn_return,
  release: m.turn_release,
};

const MEANINGS: Words<string> = {
  outside_geofence: m.meaning_outside_geofence,
  wrong_facility: m.meaning_wrong_facility,
  wrong_site_code: m.meaning_wrong_site_code,
  off_route: m.meaning_off_route,
  position_missing: m.meaning_position_missing,
  position_poor: m.meaning_position_poor,
  position_mocked: m.meaning_position_mocked,
  clock_skew: m.meaning_clock_skew,
  wrong_vehicle: m.meaning_wrong_vehicle,
  wrong_driver: m.meaning_wrong_driver,
  permit_expired: m.meaning_permit_expired,
  party_suspended: m.meaning_party_suspended,
  waste_not_permitted: m.meaning_waste_not_permitted,
  method_not_permitted: m.meaning_method_not_permitted,
  quota_exceeded: m.meaning_quota_exceeded,
  discrepancy: m.meaning_discrepancy,
  out_of_sequence: m.meaning_out_of_sequence,
  pickup_missing: m.meaning_pickup_missing,
  picked_up_before_void: m.meaning_picked_up_before_void,
  not_entitled: m.meaning_not_entitled,
  vehicle_changed: m.meaning_vehicle_changed,
  counterparty_missing: m.meaning_counterparty_missing,
  duplicate_use: m.meaning_duplicate_use,
  seal_invalid: m.meaning_seal_invalid,
  seal_superseded: m.meaning_seal_superseded,
  seal_expired: m.meaning_seal_expired,
  device_revoked: m.meaning_device_revoked,
  mass_balance_gap: m.meaning_mass_balance_gap,
  refused_above_received: m.meaning_refused_above_received,
  nothing_refused: m.meaning_nothing_refused,
  all_refused: m.meaning_all_refused,
  reason_missing: m.meaning_reason_missing,
  unreadable_field: m.meaning_unreadable_field,
};

const SITES: Words<SiteKind> = {
  generator: m.site_generator,
  transfer_station: m.site_transfer_station,
  facility: m.site_facility,
};
const ORGANISATIONS: Words<OrganisationKind> = {
  generator: m.role_generator,
  carrier: m.role_carrier,
  facility: m.role_facility,
  authority: m.role_authority,
};
const PERMITS: Words<PermitKind> = { transport: m.permit_transport, treatment: m.permit_treatment };
const GROUPS: Words<SummaryGroup> = {
  month: m.group_month,
  province: m.group_province,
  waste_code: m.group_waste_code,
  facility: m.group_facility,
  state: m.group_state,
};
const VEHICLES: Words<string> = {
  truck: m.vehicle_truck,
  tank: m.vehicle_tanker,
  trailer: m.vehicle_trailer,
  van: m.vehicle_van,
};

export const METHOD_CODES = Object.keys(METHODS) as TreatmentMethod[];
export const FINDING_CODES: readonly string[] = Object.keys(MEANINGS);
export const SEVERITIES: readonly Severity[] = ['violation', 'warning', 'info'];
export const GROUP_CODES = Object.keys(GROUPS) as SummaryGroup[];
export const VEHICLE_KINDS: readonly string[] = Object.keys(VEHICLES);

/** "TC · Tận thu, tái chế". */
export const methodLabel = (code: TreatmentMethod): string => `${code} · ${METHODS[code]()}`;
export const actionLabel = (action: string): string => ACTIONS[action]?.() ?? action;
/** What a finding means in plain words; empty for one that this build does not know. */
export const findingMeaning = (code: string): string => MEANINGS[code]?.() ?? '';
export const siteKindLabel = (kind: SiteKind): string => SITES[kind]();
export const organisationKindLabel = (kind: OrganisationKind): string => ORGANISATIONS[kind]();
export const permitKindLabel = (kind: PermitKind): string => PERMITS[kind]();
export const groupLabel = (group: SummaryGroup): string => GROUPS[group]();
export const vehicleKindLabel = (kind: string): string => VEHICLES[kind]?.() ?? kind;
