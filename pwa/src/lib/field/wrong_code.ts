/** What to tell a person who scanned something of no use here: what it is, and what to do instead. */
import { m } from '$lib/i18n';
import { kindOfScan, type LiveVerdict } from '$lib/seal';
import type { Foreign } from './foreign';
import type { Meaning } from './interpret';

const FOREIGN: Record<Foreign, () => string> = {
  invitation: m.wrong_invitation,
  payment: m.wrong_payment,
  wifi: m.wrong_wifi,
  contact: m.wrong_contact,
  identity: m.wrong_identity,
  product: m.wrong_product,
  link: m.wrong_link,
  damaged: m.wrong_damaged,
  other: m.wrong_other,
};

/** The sentence for something that is no code of ours. */
export const foreignText = (foreign: Foreign): string => FOREIGN[foreign]();

/** The sentence for a code that a pickup, delivery or gate scan has no use for; empty when it has one. */
export function wrongHere(meaning: Meaning, by: 'driver' | 'gate'): string {
  switch (meaning.kind) {
    case 'manifest':
    case 'short':
    case 'site':
      return '';
    case 'short_unknown':
      return m.scan_short_unknown();
    case 'unreadable':
      return foreignText(meaning.foreign);
    case 'live':
      if (by === 'driver') return m.wrong_live();
      return meaning.seen.verdict.verdict === 'authentic' ? '' : liveTrouble(meaning.seen.verdict);
  }
}

/** The sentence for a code scanned where a dispatcher's invitation belongs. */
export function notInvitation(text: string): string {
  switch (kindOfScan(text)) {
    case 'manifest':
      return m.is_manifest();
    case 'site':
      return m.is_site();
    case 'live':
      return m.is_live();
    case null:
      return m.enrol_not_invitation();
  }
}

/** Why a live code is not to be believed, or not any more. */
export function liveTrouble({ verdict, checks }: LiveVerdict): string {
  const detail = (name: string) => checks.find((made) => made.check === name)?.detail;
  if (detail('step') === 'step_past' && verdict === 'expired') return m.live_old();
  if (detail('step') === 'step_ahead' && verdict === 'cannot_tell') return m.live_ahead();
  if (detail('device') === 'device_revoked') return m.live_revoked();
  if (verdict === 'invalid') return m.live_invalid();
  return verdict === 'expired' ? m.live_certificate_expired() : m.live_cannot_tell();
}
