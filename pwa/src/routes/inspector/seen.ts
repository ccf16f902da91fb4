/** What can be shown of a load, from the best source at hand: server, field pack, or the code alone. */
import type { Manifest, ManifestState, PackSite, PublicManifest, VerifyAnswer } from '$lib/api/types';
import { field } from '$lib/field/field.svelte';
import { shownPlate } from '$lib/field/plate';
import { sealedMass, siteTail, type ManifestClaims } from '$lib/seal';
import type { Look } from './look.svelte';

export interface Seen {
  number: string;
  state: ManifestState | null;
  generator: string;
  facility: string;
  carrier: string;
  driver: string;
  plates: readonly string[];
  /** Declared grams in all. */
  total: number | null;
  lines: { code: string; name: string; grams: number | null }[];
  /** Milliseconds. */
  until: number | null;
  revision: number | null;
}

/**
 * Everything known of the manifest of a look; null when nothing is. Of an invalid code only what it says itself: the
 * real manifest behind its number would lend it credit.
 */
export function seenOf(look: Look, server: VerifyAnswer | null, invalid: boolean): Seen | null {
  const claims = look.meaning.kind === 'manifest' ? look.meaning.claims : null;
  if (invalid) return claims === null ? null : fromClaims(claims);
  const told = server?.manifest ?? look.manifest;
  if (told !== null)
    return { ...('lines' in told ? fromManifest(told) : fromPublic(told)), until: claims?.expiresAt ?? null };
  return claims === null ? null : fromClaims(claims);
}

function fromManifest(manifest: Manifest): Omit<Seen, 'until'> {
  return {
    number: manifest.number ?? '',
    state: manifest.state,
    generator: manifest.generator.name,
    facility: manifest.facility.name,
    carrier: manifest.carrier.name,
    driver: manifest.driver?.name ?? '',
    plates: manifest.plates,
    total: manifest.declared_mass_g,
    lines: manifest.lines.map((line) => ({
      code: line.waste_code,
      name: line.waste_name,
      grams: line.declared_mass_g,
    })),
    revision: manifest.revision,
  };
}

function fromPublic(manifest: PublicManifest): Omit<Seen, 'until'> {
  return {
    number: manifest.number ?? '',
    state: manifest.state,
    generator: manifest.generator_name,
    facility: manifest.facility_name,
    carrier: '',
    driver: '',
    plates: manifest.plates,
    total: manifest.declared_mass_g,
    lines: manifest.waste_codes.map((code) => ({ code, name: '', grams: null })),
    revision: null,
  };
}

function fromClaims(claims: ManifestClaims): Seen {
  const pack = field.pack?.pack;
  const site = (tail: string): string =>
    pack?.sites.find((each: PackSite) => siteTail(each.id) === tail)?.name ?? '';
  const name = (code: string): string => pack?.waste_codes.find((each) => each.code === code)?.name_vi ?? '';
  return {
    number: claims.number,
    state: null,
    generator: site(claims.generatorSite),
    facility: site(claims.facilitySite),
    carrier: '',
    driver: '',
    plates: Array.isArray(claims.plates) ? claims.plates.map(shownPlate) : [],
    total: sealedMass(claims),
    lines: claims.lines.map((line) => ({
      code: line.wasteCode,
      name: name(line.wasteCode),
      grams: line.massG,
    })),
    until: claims.expiresAt,
    revision: claims.revision,
  };
}
