/** What the gate does next with a manifest, as a link and in words. */
import { m } from '$lib/i18n';
import { field } from '$lib/field/field.svelte';
import { gateNext } from '$lib/field/standing';
import { session } from '$lib/state/session.svelte';

/** A load of another facility may arrive here, but is not weighed and accepted here. */
export function gateStep(manifestId: string): { href: string; label: string } {
  const standing = field.find(manifestId);
  const ours = standing?.manifest.facility.organisation_id === session.current?.acting.organisation_id;
  const decide = standing !== null && ours && gateNext(standing.state) !== 'arrival';
  return decide
    ? {
        href: `/gate/receive/${manifestId}`,
        label: gateNext(standing.state) === null ? m.next_look() : m.next_decision(),
      }
    : { href: `/gate/arrival/${manifestId}`, label: m.next_arrival() };
}
