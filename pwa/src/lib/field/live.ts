/** Live codes of other phones, judged with what this phone holds, and their bond to manifests at hand. */
import type { Manifest, PackManifest, PublicManifest } from '$lib/api/types';
import type { StoredPack } from '$lib/local/db';
import { fieldKnowledge } from '$lib/local/knowledge';
import {
  bind,
  type Carriage,
  judgeLive,
  LIVE,
  type LiveCheck,
  type LiveClaims,
  type LiveVerdict,
  type ManifestClaims,
  readScan,
  sealedPlate,
} from '$lib/seal';

/** A live code as it was when it was scanned: a moment later it is worth nothing, so the verdict stays. */
export interface LiveSeen {
  text: string;
  /** Phone time of the scan, milliseconds. */
  at: number;
  verdict: LiveVerdict;
  /** What it claims, believed or not; null when it cannot be read. */
  claims: LiveClaims | null;
}

/** Judges the text of a live code now. */
export async function judgeLiveCode(text: string): Promise<LiveSeen> {
  const { seals, pack, now } = await fieldKnowledge();
  const scan = readScan(text, LIVE);
  const claims = scan.seal?.claims ?? null;
  const { verdict } = await judgeLive(scan, {
    trust: seals.trust,
    device: claims !== null && isRevoked(pack, claims) ? 'revoked' : 'unknown',
    now,
  });
  return { text, at: Date.now(), verdict, claims };
}

function isRevoked(pack: StoredPack | null, claims: LiveClaims): boolean {
  // A pack of an earlier release names none.
  const revoked: readonly string[] = pack?.pack.revoked_devices ?? [];
  return revoked.includes(claims.certificate.claims.deviceId);
}

/** True when the code says that this manifest is on the truck. */
export function names(claims: LiveClaims, manifest: Pick<PackManifest, 'id' | 'trip_id'>): boolean {
  const { carried } = claims;
  return 'trip' in carried ? carried.trip === manifest.trip_id : carried.manifests.includes(manifest.id);
}

/** What is known of a manifest, from the best source at hand: pack, server, or its code alone. */
export function carriageOf(
  id: string,
  held: PackManifest | Manifest | PublicManifest | null,
  claims: ManifestClaims | null,
): Carriage {
  const plates: string[] = [...(held?.plates ?? [])];
  if (held === null && Array.isArray(claims?.plates)) plates.push(...claims.plates);
  if (held === null || !('carrier' in held)) {
    return {
      manifestId: id,
      tripId: null,
      driverId: null,
      carrierId: null,
      plates: plates.map(sealedPlate),
      pickupId: null,
    };
  }
  if (held.expected_plate !== null) plates.push(held.expected_plate);
  return {
    manifestId: id,
    tripId: held.trip_id,
    driverId: held.driver?.id ?? null,
    carrierId: held.carrier.organisation_id,
    plates: plates.map(sealedPlate),
    pickupId: 'pickup_id' in held ? held.pickup_id : null,
  };
}

/** The four checks of a live code against a manifest; empty when the code cannot be read. */
export function bondOf(seen: LiveSeen, carriage: Carriage): LiveCheck[] {
  return seen.claims === null ? [] : bind(seen.claims, carriage);
}
