/** Details of sub-checks in words; a code that is not here is shown as it is. */
import { m } from './index';

const DETAILS: Record<string, () => string> = {
  expired: m.detail_expired,
  from_the_future: m.detail_from_the_future,
  no_trust_list: m.detail_no_trust_list,
  trust_list_expired: m.detail_trust_list_expired,
  clock_wrong: m.detail_clock_wrong,
  key_unknown: m.detail_key_unknown,
  key_retired: m.detail_key_retired,
  key_not_yet_active: m.detail_key_not_yet_active,
  key_compromised: m.detail_key_compromised,
  compromised_but_registered: m.detail_compromised_but_registered,
  signer_unproven: m.detail_signer_unproven,
  signature: m.detail_signature,
  not_checked: m.detail_not_checked,
  not_read: m.detail_not_read,
  no_host: m.detail_no_host,
  host_not_listed: m.detail_host_not_listed,
  void: m.detail_void,
  on_hold: m.detail_on_hold,
  completed: m.detail_completed,
  superseded: m.detail_superseded,
  older_than_seal: m.detail_older_than_seal,
  status_unknown: m.detail_status_unknown,
  no_status: m.detail_no_status,
  offline: m.detail_offline,
  not_registered: m.detail_not_registered,
  short_code: m.detail_short_code,
  short_code_unknown: m.detail_short_code_unknown,
  in_pack: m.detail_in_pack,
  not_in_pack: m.detail_not_in_pack,
  wrong_typ: m.detail_wrong_typ,
  bad_symbol: m.detail_damaged,
  bad_length: m.detail_damaged,
  trailing_bits: m.detail_damaged,
  other_link: m.detail_other_link,
};

export function checkDetail(detail: unknown): string {
  if (typeof detail !== 'string') return '';
  return DETAILS[detail]?.() ?? detail;
}
