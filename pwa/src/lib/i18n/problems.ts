/** Problems in the reader's language: by their closed code, with their field paths, and what to do. */
import { ApiProblem, Unreachable } from '$lib/api/problem';
import type { FieldError, Problem, Refusal } from '$lib/api/types';
import { m } from './index';

export interface Explained {
  title: string;
  text: string;
  fields: { path: string; code: string; label: string; text: string }[];
  /** True when trying again later may help. */
  transient: boolean;
}

const TITLES: Record<string, () => string> = {
  bad_request: m.problem_bad_request,
  bad_json: m.problem_bad_json,
  body_too_large: m.problem_body_too_large,
  unauthenticated: m.problem_unauthenticated,
  login_failed: m.problem_login_failed,
  login_delayed: m.problem_login_delayed,
  forbidden: m.problem_forbidden,
  not_found: m.problem_not_found,
  conflict: m.problem_conflict,
  stale_version: m.problem_stale_version,
  idempotency_conflict: m.problem_idempotency_conflict,
  invalid_fields: m.problem_invalid_fields,
  wrong_state: m.problem_wrong_state,
  same_person: m.problem_same_person,
  not_party: m.problem_not_party,
  busy: m.problem_busy,
  unsupported_media_type: m.problem_unsupported_media_type,
  method_not_allowed: m.problem_method_not_allowed,
  rate_limited: m.problem_rate_limited,
  cross_site: m.problem_cross_site,
  upload_offset: m.problem_upload_offset,
  upload_hash: m.problem_upload_hash,
  upload_quota: m.problem_upload_quota,
  file_kind: m.problem_file_kind,
  file_metadata: m.problem_file_metadata,
  internal: m.problem_internal,
  // Reasons for which an event is refused.
  signature: m.refused_signature_invalid,
  parked: m.refused_parked,
  device_unknown: m.refused_device_unknown,
  id_conflict: m.refused_id_conflict,
  unreadable: m.refused_unreadable,
};
const TRANSIENT = new Set(['busy', 'login_delayed', 'rate_limited', 'internal']);

const FIELD_TEXTS: Record<string, () => string> = {
  required: m.field_required,
  too_long: m.field_too_long,
  too_short: m.field_too_short,
  out_of_range: m.field_out_of_range,
  unknown: m.field_unknown,
  bad_format: m.field_bad_format,
  not_permitted: m.field_not_permitted,
  expired: m.field_expired,
  duplicate: m.field_duplicate,
  suspended: m.field_suspended,
  no_permit: m.field_no_permit,
  permit_expired: m.field_permit_expired,
  waste_not_permitted: m.field_waste_not_permitted,
  method_not_permitted: m.field_method_not_permitted,
  plate_not_permitted: m.field_plate_not_permitted,
  quota_exceeded: m.field_quota_exceeded,
  outside_territory: m.field_outside_territory,
  in_past: m.field_in_past,
  weak: m.field_weak,
  used: m.field_used,
};

const PATHS: Record<string, () => string> = {
  login: m.path_login,
  secret: m.path_secret,
  code: m.path_code,
  pin: m.path_pin,
  name: m.path_name,
  phone: m.path_phone,
  number: m.path_number,
  plate: m.path_plate,
  plates: m.path_plates,
  driver_id: m.path_driver_id,
  carrier_id: m.path_carrier_id,
  generator_site_id: m.path_generator_site_id,
  facility_site_id: m.path_facility_site_id,
  planned_pickup_at: m.path_planned_pickup_at,
  planned_delivery_at: m.path_planned_delivery_at,
  route: m.path_route,
  waste_code: m.path_waste_code,
  physical_state: m.path_physical_state,
  declared_mass_g: m.path_declared_mass_g,
  packaging: m.path_packaging,
  treatment_method: m.path_treatment_method,
  reason: m.path_reason,
  copy4_days: m.path_copy4_days,
  generator_id: m.path_generator_id,
  facility_id: m.path_facility_id,
  valid_to: m.path_valid_to,
  proof: m.path_proof,
  public_key: m.path_public_key,
};

/** A field path as people read it: `lines[0].declared_mass_g` → "Dòng 1 · Khối lượng khai". */
export function pathLabel(path: string): string {
  const line = /^lines[.[](\d+)\]?\.?(.*)$/.exec(path);
  if (line !== null) {
    const label = m.path_line({ n: Number(line[1]) + 1 });
    return line[2] ? `${label} · ${pathLabel(line[2])}` : label;
  }
  const last = path.split('.')[0] ?? path;
  return PATHS[path]?.() ?? PATHS[last]?.() ?? path;
}

/** What is wrong with one field. */
export function fieldText(error: FieldError): string {
  return FIELD_TEXTS[error.code]?.() ?? error.message ?? error.code;
}

/** The text for one field path of whatever was thrown, or empty: for a form's own fields. */
export function fieldErrorOf(error: unknown, path: string): string {
  if (!(error instanceof ApiProblem)) return '';
  const found = error.problem.errors?.find((each) => each.path === path);
  return found === undefined ? '' : fieldText(found);
}

/** A problem in words. */
export function explainProblem(problem: Refusal & Partial<Problem>): Explained {
  return {
    title: TITLES[problem.code]?.() ?? (problem.title || problem.code),
    text: TITLES[problem.code] === undefined ? (problem.detail ?? '') : '',
    fields: (problem.errors ?? []).map((error) => ({
      path: error.path,
      code: error.code,
      label: pathLabel(error.path),
      text: fieldText(error),
    })),
    transient: TRANSIENT.has(problem.code),
  };
}

/** Anything thrown, in words. */
export function explain(error: unknown): Explained {
  if (error instanceof ApiProblem) return explainProblem(error.problem);
  if (error instanceof Unreachable) {
    return {
      title: m.problem_unreachable(),
      text: m.problem_unreachable_text(),
      fields: [],
      transient: true,
    };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { title: m.problem_unexpected(), text, fields: [], transient: false };
}
