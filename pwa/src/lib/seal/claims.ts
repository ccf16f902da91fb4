/** Claims that the kinds of seals share (CWT, RFC 8392). */
import { asInstant, asText, type Cbor, required } from './cbor';

export const ISS = 1;
export const SUB = 2;
export const EXP = 4;
export const IAT = 6;
export const CTI = 7;
/** Private use: one array costs its key once. */
export const PRIVATE = -70_001;

/** Reads issuer, expiry and day of issue. */
export function readCommon(claims: Map<Cbor, Cbor>): { issuer: string; issuedAt: number; expiresAt: number } {
  const issuer = asText(required(claims, ISS), 32);
  const expiresAt = asInstant(required(claims, EXP));
  const issuedAt = asInstant(required(claims, IAT));
  return { issuer, issuedAt, expiresAt };
}
