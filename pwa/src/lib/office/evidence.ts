/** The evidence of a finding in short plain phrases; what this build does not know is left to the raw detail. */
import { m } from '$lib/i18n';
import { day, kilograms, number } from '$lib/i18n/format';
import { span } from './span';

type Detail = Record<string, unknown>;

const REASONS: Record<string, () => string> = {
  none: m.reason_none,
  not_signed: m.reason_not_signed,
  no_signature: m.reason_no_signature,
  wrong_code: m.reason_wrong_code,
  no_code: m.reason_no_code,
  denied: m.reason_denied,
  timeout: m.reason_timeout,
  unavailable: m.reason_unavailable,
  not_stated: m.reason_not_stated,
  cannot_follow: m.reason_cannot_follow,
  arrival_skipped: m.reason_arrival_skipped,
  departure_skipped: m.reason_departure_skipped,
  pickup_after_move: m.reason_pickup_after_move,
  assigned_after_pickup: m.reason_assigned_after_pickup,
};

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const list = (value: unknown): Detail[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];

/** Phrases in the order in which they convince. */
export function evidence(detail: unknown): string[] {
  if (typeof detail !== 'object' || detail === null) return [];
  const facts = detail as Detail;
  const said: string[] = [];
  if (isText(facts['site_name'])) said.push(m.evidence_site({ name: facts['site_name'] }));
  if (isNumber(facts['distance_m'])) said.push(m.evidence_distance({ metres: number(facts['distance_m']) }));
  if (isNumber(facts['corridor_m'])) said.push(m.evidence_corridor({ metres: number(facts['corridor_m']) }));
  if (isNumber(facts['accuracy_m'])) said.push(m.evidence_accuracy({ metres: number(facts['accuracy_m']) }));
  if (isText(facts['plate'])) said.push(m.evidence_plate({ plate: facts['plate'] }));
  if (isText(facts['expected'])) said.push(m.evidence_expected_plate({ plate: facts['expected'] }));
  if (isNumber(facts['clock_ms'])) said.push(m.evidence_clock({ span: span(facts['clock_ms']) }));
  if (isNumber(facts['fix_ms'])) said.push(m.evidence_fix({ span: span(facts['fix_ms']) }));
  for (const line of list(facts['lines'])) said.push(masses(line));
  for (const permit of list(facts['permits'])) said.push(permitGap(permit));
  for (const party of list(facts['parties'])) {
    if (isText(party['suspended_at'])) said.push(m.evidence_suspended({ date: day(party['suspended_at']) }));
  }
  if (isText(facts['reason'])) said.push(REASONS[facts['reason']]?.() ?? facts['reason']);
  return said.filter((phrase) => phrase !== '');
}

function masses(line: Detail): string {
  const parts = [
    [m.desk_mass_declared, line['declared_mass_g']],
    [m.desk_mass_loaded, line['loaded_mass_g']],
    [m.desk_mass_received, line['received_mass_g']],
  ] as const;
  const said = parts.flatMap(([word, grams]) =>
    isNumber(grams) ? [`${word()} ${kilograms(grams)} kg`] : [],
  );
  return said.length === 0 ? '' : `${m.path_line({ n: Number(line['line'] ?? 0) })}: ${said.join(', ')}`;
}

function permitGap(permit: Detail): string {
  const codes = permit['waste_codes'];
  if (Array.isArray(codes)) return m.evidence_codes({ codes: codes.join(', ') });
  if (isText(permit['number']) && isText(permit['valid_to'])) {
    return m.evidence_permit({ number: permit['number'], date: day(permit['valid_to']) });
  }
  return m.evidence_no_permit();
}
