/** Code on the wall of a site. */
import { uuid } from './bytes';
import { asBytes, asMap, asText, asTuple, item, required } from './cbor';
import { CTI, PRIVATE, readCommon } from './claims';
import type { Claims, Kind } from './envelope';

export interface SiteClaims extends Claims {
  issuer: string;
  siteId: string;
  /** Cut to 120 bytes; the registry has the full name. */
  name: string;
}

export const SITE: Kind<SiteClaims> = {
  typ: 'site',
  endsAtExpiry: true,
  read(payload) {
    const claims = asMap(payload);
    const common = readCommon(claims);
    const siteId = uuid(asBytes(required(claims, CTI), 16));
    const facts = asTuple(required(claims, PRIVATE), 1);
    return { ...common, siteId, name: asText(item(facts, 0), 120) };
  },
};
