/** What a driver does next with a manifest, as a link and in words. */
import { m } from '$lib/i18n';
import { field } from '$lib/field/field.svelte';
import { driverNext } from '$lib/field/standing';

/** A manifest that the phone does not hold, or that is past pickup, is delivered; the server judges the order. */
export function driverStep(manifestId: string): { href: string; label: string } {
  const standing = field.find(manifestId);
  const step = standing === null ? 'pickup' : (driverNext(standing.state) ?? 'delivery');
  return step === 'pickup'
    ? { href: `/driver/pickup/${manifestId}`, label: m.next_pickup() }
    : { href: `/driver/delivery/${manifestId}`, label: m.next_delivery() };
}
