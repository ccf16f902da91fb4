/** What is said under a mass while it is typed: an ambiguous one is asked back, never guessed. */
import { m } from '$lib/i18n';
import { kilograms, kilogramsToType } from '$lib/i18n/format';
import { readMass } from '$lib/office/mass';

/** A hint for the field, or undefined when the text speaks for itself. */
export function massHint(text: string): string | undefined {
  const mass = readMass(text);
  if (mass.kind === 'ambiguous') {
    return m.mass_ambiguous({ small: kilograms(mass.small), large: kilogramsToType(mass.large) });
  }
  return mass.kind === 'grams' && mass.grams >= 1_000_000
    ? m.mass_tonnes({ tonnes: kilograms(mass.grams / 1000) })
    : undefined;
}
