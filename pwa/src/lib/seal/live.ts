/**
 * Live code: what a driver's screen shows and renews every 15 seconds, signed by the phone, with the phone's
 * certificate inside. Twin of the server's `domain::seal::live`; both run the vectors.
 */
import { base32, type Bytes, concat, fromHex, hex, uuid, uuidBytes } from './bytes';
import {
  asArray,
  asBytes,
  asInstant,
  asMap,
  asText,
  asTuple,
  asUnsigned,
  type Cbor,
  encodeCbor,
  item,
  required,
} from './cbor';
import { PRIVATE } from './claims';
import { DEVICE, deviceCbor, type DeviceClaims } from './device';
import { assembleSeal, type Claims, decodeSeal, type Kind, sealPayload, type Unverified } from './envelope';
import { SealError } from './error';
import { publicKeyFromXy, signBytes } from './key';

/** Most bytes of the whole envelope: as bare base32 it is a QR of version 15-M. */
export const LIVE_MAX = 375;
/** Most manifests that one code names; a trip with more of them is named by its own id. */
export const MANIFESTS_MAX = 2;
/** A new code every so many milliseconds. */
export const STEP_MS = 15_000;
/**
 * A code is good for less than two steps before and after the beginning of its own: a picture of it that is 30 seconds
 * old is worth nothing, whenever within its step it was taken.
 */
export const TOLERANCE_MS = 2 * STEP_MS;

const STEP_LAST = 16_893_486_719;
const PLATE_MAX = 24;
/** kid ‖ device ‖ person ‖ organisation ‖ x ‖ y ‖ r ‖ s, bytes each. */
const FACTS = [8, 16, 16, 16, 64, 64] as const;

/** What is on the truck. */
export type Carried = { manifests: string[] } | { trip: string };

export interface LiveClaims extends Claims {
  /** The issuer's word on the phone that signed; nobody has checked it yet. */
  certificate: Unverified<DeviceClaims>;
  carried: Carried;
  /** Normal form, as the driver knows it. */
  plate: string;
  /** Last 8 bytes of the id of the latest pickup among what is carried, in hex: compare with {@link eventTail}. */
  pickup: string;
  /** Number of the 15-second step since 1970. */
  step: number;
}

/** What a live code keeps of an event's id. */
export function eventTail(eventId: string): string {
  return eventId.replaceAll('-', '').slice(16).toLowerCase();
}

/** The step that an instant (ms) belongs to. */
export function stepAt(now: number): number {
  return Math.max(0, Math.floor(now / STEP_MS));
}

/** A plate in the normal form of the seals: upper case, letters and digits of any script. */
export function sealedPlate(plate: string): string {
  return plate.replace(/[^\p{Alphabetic}\p{N}]/gu, '').toUpperCase();
}

function readCertificate(value: Cbor): Unverified<DeviceClaims> {
  const parts = asTuple(value, 4);
  const issuer = asText(item(parts, 0), 32);
  const expiresAt = asInstant(item(parts, 1));
  const issuedAt = asInstant(item(parts, 2));
  const facts = asBytes(
    item(parts, 3),
    FACTS.reduce((sum, length) => sum + length, 0),
  );
  let at = 0;
  const [kid, device, person, organisation, publicKeyXy, signature] = FACTS.map((length) =>
    facts.slice(at, (at += length)),
  ) as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes];
  const claims: DeviceClaims = {
    issuer,
    issuedAt,
    expiresAt,
    deviceId: uuid(device),
    publicKeyXy,
    personId: uuid(person),
    organisationId: uuid(organisation),
  };
  return decodeSeal(assembleSeal('device', kid, encodeCbor(deviceCbor(claims)), signature), DEVICE);
}

/** The certificate without what every envelope has alike. */
function certificateCbor(certificate: Unverified<DeviceClaims>): Cbor {
  const { claims } = certificate;
  const facts = concat(
    fromHex(certificate.kid),
    uuidBytes(claims.deviceId),
    uuidBytes(claims.personId),
    uuidBytes(claims.organisationId),
    claims.publicKeyXy,
    certificate.signature,
  );
  return [claims.issuer, claims.expiresAt / 1000, claims.issuedAt / 1000, facts];
}

function readCarried(value: Cbor): Carried {
  if (!Array.isArray(value)) return { trip: uuid(asBytes(value, 16)) };
  const ids = asArray(value);
  if (ids.length === 0 || ids.length > MANIFESTS_MAX) throw new SealError('claim_range');
  return { manifests: ids.map((id) => uuid(asBytes(id, 16))) };
}

export const LIVE: Kind<LiveClaims> = {
  typ: 'live',
  endsAtExpiry: true,
  read(payload) {
    const facts = asTuple(required(asMap(payload), PRIVATE), 5);
    const certificate = readCertificate(item(facts, 0));
    const carried = readCarried(item(facts, 1));
    const plate = asText(item(facts, 2), PLATE_MAX);
    const pickup = hex(asBytes(item(facts, 3), 8));
    const step = asUnsigned(item(facts, 4), STEP_LAST);
    const issuedAt = step * STEP_MS;
    return { certificate, carried, plate, pickup, step, issuedAt, expiresAt: issuedAt + TOLERANCE_MS };
  },
};

/** What a phone knows when it makes a code. */
export interface LiveFacts {
  certificate: Unverified<DeviceClaims>;
  carried: Carried;
  /** As written on the truck. */
  plate: string;
  /** Id of the latest pickup among what is carried. */
  pickupId: string;
}

/** The claims as a payload. */
export function livePayload(facts: LiveFacts, step: number): Bytes {
  const carried: Cbor =
    'trip' in facts.carried ? uuidBytes(facts.carried.trip) : facts.carried.manifests.map(uuidBytes);
  return encodeCbor(
    new Map<Cbor, Cbor>([
      [
        PRIVATE,
        [
          certificateCbor(facts.certificate),
          carried,
          sealedPlate(facts.plate),
          fromHex(eventTail(facts.pickupId)),
          step,
        ],
      ],
    ]),
  );
}

/**
 * The text of the code for this step. Throws `claim_range` when the facts are out of bounds or do not fit a QR of
 * version 15-M, and `wrong_certificate` when the certificate has more claims than a live code can carry.
 */
export async function makeLive(facts: LiveFacts, step: number, key: CryptoKey): Promise<string> {
  const { kid } = await publicKeyFromXy(facts.certificate.claims.publicKeyXy);
  const payload = livePayload(facts, step);
  const bytes = await sealPayload('live', fromHex(kid), payload, (message) => signBytes(key, message));
  if (bytes.length > LIVE_MAX) throw new SealError('claim_range');
  // Reading it back proves that every reader will accept it.
  const read = decodeSeal(bytes, LIVE).claims.certificate;
  if (hex(read.bytes) !== hex(facts.certificate.bytes)) throw new SealError('wrong_certificate');
  return base32(bytes);
}
