/** Certificate of a device: whose phone holds which key, so that phones can check each other offline. */
import { type Bytes, uuid } from './bytes';
import { asBytes, asMap, asTuple, item, required } from './cbor';
import { CTI, PRIVATE, readCommon } from './claims';
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
