/** Certificate of a device: whose phone holds which key, so that phones can check each other offline. */
import { type Bytes, uuid, uuidBytes } from './bytes';
import { asBytes, asMap, asTuple, type Cbor, item, required } from './cbor';
import { CTI, EXP, IAT, ISS, PRIVATE, readCommon } from './claims';
import type { Claims, Kind } from './envelope';

export interface DeviceClaims extends Claims {
  issuer: string;
  deviceId: string;
  /** x ‖ y: see `publicKeyFromXy`. */
  publicKeyXy: Bytes;
  personId: string;
  organisationId: string;
}

export const DEVICE: Kind<DeviceClaims> = {
  typ: 'device',
  endsAtExpiry: true,
  read(payload) {
    const claims = asMap(payload);
    const common = readCommon(claims);
    const deviceId = uuid(asBytes(required(claims, CTI), 16));
    const facts = asTuple(required(claims, PRIVATE), 3);
    return {
      ...common,
      deviceId,
      publicKeyXy: asBytes(item(facts, 0), 64),
      personId: uuid(asBytes(item(facts, 1), 16)),
      organisationId: uuid(asBytes(item(facts, 2), 16)),
    };
  },
};

/** The claims as the issuer writes them: encoded canonically they are the certificate's payload. */
export function deviceCbor(claims: DeviceClaims): Cbor {
  return new Map<Cbor, Cbor>([
    [ISS, claims.issuer],
    [EXP, claims.expiresAt / 1000],
    [IAT, claims.issuedAt / 1000],
    [CTI, uuidBytes(claims.deviceId)],
    [PRIVATE, [claims.publicKeyXy, uuidBytes(claims.personId), uuidBytes(claims.organisationId)]],
  ]);
}
