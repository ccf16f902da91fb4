/**
 * The verdict on a live code, and what it has to do with a manifest at hand. Twin of the server's
 * `domain::seal::live_verdict`; both run the vectors.
 */
import type { DeviceClaims } from './device';
import { asSealed, isSignedBy, type Sealed, type Unverified } from './envelope';
import { publicKeyFromXy } from './key';
import { eventTail, type LiveClaims, TOLERANCE_MS } from './live';
import type { TrustList } from './trust_list';
import { type CheckName, judge, type Scan, type VerdictWord } from './verdict';

/** Eight checks on the code itself, in order. */
export const LIVE_CHECKS = [
  'format',
  'envelope',
  'key',
  'certificate',
  'validity',
  'signature',
  'device',
  'step',
] as const;
/** Four on its bond to a manifest. */
export const BOND_CHECKS = ['manifest', 'driver', 'plate', 'pickup'] as const;
export type LiveCheckName = (typeof LIVE_CHECKS)[number] | (typeof BOND_CHECKS)[number];

export interface LiveCheck {
  check: LiveCheckName;
  /** Null when it could not be made. */
  ok: boolean | null;
  /** Stable code of the reason; `ok` when there is nothing to say. */
  detail: string;
}

export interface LiveVerdict {
  /** `expired` when the certificate or the code itself is old. */
  verdict: Extract<VerdictWord, 'invalid' | 'cannot_tell' | 'expired' | 'authentic'>;
  checks: LiveCheck[];
}

/** What the reader knows of the phone that signed. */
export type DeviceStanding = 'unknown' | 'active' | 'revoked' | 'not_registered';

export interface LiveKnowledge {
  trust: TrustList | null;
  device: DeviceStanding;
  /** Milliseconds, corrected by the offset to the server where that is known. */
  now: number;
}

const DEVICE_CHECKS: Record<DeviceStanding, LiveCheck> = {
  active: passed('device'),
  unknown: check('device', null, 'offline'),
  revoked: check('device', false, 'device_revoked'),
  not_registered: check('device', false, 'not_registered'),
};

const OF_CERTIFICATE: Partial<Record<CheckName, LiveCheckName>> = {
  format: 'format',
  envelope: 'envelope',
  key: 'key',
  signature: 'certificate',
  time: 'validity',
};

/** Judges a scanned live code. The seal comes back only when it is authentic. */
export async function judgeLive(
  scan: Scan<LiveClaims>,
  known: LiveKnowledge,
): Promise<{ verdict: LiveVerdict; seal: Sealed<LiveClaims> | null }> {
  const { seal } = scan;
  if (seal === null) return { verdict: unreadable(scan), seal: null };
  const { claims } = seal;
  const certificate = await judgeCertificate(claims.certificate, known);
  const signed = await isSignedBy(seal, await publicKeyFromXy(claims.certificate.claims.publicKeyXy));
  const device = DEVICE_CHECKS[known.device];
  const past = known.now >= claims.expiresAt;
  const ahead = claims.issuedAt - known.now >= TOLERANCE_MS;
  const step = past
    ? check('step', false, 'step_past')
    : ahead
      ? check('step', false, 'step_ahead')
      : passed('step');
  const signature = signed ? passed('signature') : check('signature', false, 'signature');
  const checks = [...certificate.checks, signature, device, step];
  let verdict: LiveVerdict['verdict'] = 'authentic';
  if (certificate.word === 'invalid' || !signed || device.ok === false) verdict = 'invalid';
  else if (certificate.word === 'cannot_tell' || ahead) verdict = 'cannot_tell';
  else if (certificate.word === 'expired' || past) verdict = 'expired';
  return { verdict: { verdict, checks }, seal: verdict === 'authentic' ? asSealed(seal) : null };
}

async function judgeCertificate(
  certificate: Unverified<DeviceClaims>,
  { trust, device, now }: LiveKnowledge,
): Promise<{ word: VerdictWord; checks: LiveCheck[] }> {
  const registered = device === 'active' ? true : device === 'not_registered' ? false : null;
  const scan = { host: null, seal: certificate, failed: null };
  const { verdict } = await judge(scan, { trust, status: { kind: 'none' }, registered, now });
  const checks = verdict.checks.flatMap(({ check: name, ok, detail }) => {
    const own = OF_CERTIFICATE[name];
    return own === undefined ? [] : [check(own, ok, detail)];
  });
  return { word: verdict.verdict, checks };
}

function check(name: LiveCheckName, ok: boolean | null, detail: string): LiveCheck {
  return { check: name, ok, detail };
}

function passed(name: LiveCheckName): LiveCheck {
  return check(name, true, 'ok');
}

function unreadable(scan: Scan<LiveClaims>): LiveVerdict {
  const failed = scan.failed ?? { check: 'format', code: 'empty' };
  const at = LIVE_CHECKS.indexOf(failed.check);
  const checks = LIVE_CHECKS.map((name, index) => {
    if (index < at) return passed(name);
    return index === at ? check(name, false, failed.code) : check(name, null, 'not_read');
  });
  return { verdict: 'invalid', checks };
}

/** A manifest at hand, as far as the reader knows it. */
export interface Carriage {
  manifestId: string;
  /** Null when only its code is at hand. */
  tripId: string | null;
  driverId: string | null;
  carrierId: string | null;
  /** Agreed on or assigned, in normal form; empty when unknown. */
  plates: readonly string[];
  /** Its latest pickup on record. */
  pickupId: string | null;
}

/**
 * Holds a live code against a manifest: four checks. Only the first decides whether the code speaks of this manifest;
 * the others are for a person to weigh, as a plate changed on the way may be honest.
 */
export function bind(live: LiveClaims, known: Carriage): LiveCheck[] {
  return [
    manifestCheck(live, known),
    driverCheck(live, known),
    plateCheck(live, known),
    pickupCheck(live, known),
  ];
}

function manifestCheck({ carried }: LiveClaims, known: Carriage): LiveCheck {
  if ('manifests' in carried) {
    return carried.manifests.includes(known.manifestId)
      ? passed('manifest')
      : check('manifest', false, 'other_manifest');
  }
  if (known.tripId === null) return check('manifest', null, 'trip_unknown');
  return known.tripId === carried.trip ? passed('manifest') : check('manifest', false, 'other_manifest');
}

function driverCheck({ certificate }: LiveClaims, known: Carriage): LiveCheck {
  const { organisationId, personId } = certificate.claims;
  if (known.carrierId !== null && known.carrierId !== organisationId) {
    return check('driver', false, 'other_carrier');
  }
  if (known.driverId === null) return check('driver', null, 'driver_unknown');
  return known.driverId === personId ? passed('driver') : check('driver', false, 'other_driver');
}

function plateCheck({ plate }: LiveClaims, known: Carriage): LiveCheck {
  if (known.plates.length === 0) return check('plate', null, 'plates_unknown');
  return known.plates.includes(plate) ? passed('plate') : check('plate', false, 'other_plate');
}

function pickupCheck({ pickup }: LiveClaims, known: Carriage): LiveCheck {
  if (known.pickupId === null) return check('pickup', null, 'pickup_unknown');
  return eventTail(known.pickupId) === pickup ? passed('pickup') : check('pickup', false, 'other_pickup');
}
