/** Seals: signatures over manifests, wall codes, devices, lists and events. Formats: tests/vectors/seals.cddl. */
export { type Bytes, base64url, fromBase64url, hex } from './bytes';
export { DEVICE, type DeviceClaims } from './device';
export { type Claims, decodeSeal, type Sealed, sealDigest, type Unverified } from './envelope';
export { SealError } from './error';
export {
  type FieldSeals,
  type FieldVerdict,
  judgeManifest,
  judgeSite,
  kindOfScan,
  NO_SEALS,
  openFieldSeals,
  type PackedSeals,
} from './field';
export { parseJws, type SignedJws, signJws, type UnverifiedJws, verifyJws } from './jws';
export { generateDeviceKey, type PublicKey, publicKey, publicKeyFromBase64url, publicKeyFromXy } from './key';
export {
  type Carried,
  LIVE,
  type LiveClaims,
  type LiveFacts,
  makeLive,
  MANIFESTS_MAX,
  sealedPlate,
  STEP_MS,
  stepAt,
} from './live';
export {
  bind,
  BOND_CHECKS,
  type Carriage,
  type DeviceStanding,
  judgeLive,
  LIVE_CHECKS,
  type LiveCheck,
  type LiveCheckName,
  type LiveVerdict,
} from './live_verdict';
export { MANIFEST, type ManifestClaims, sealedMass, siteTail } from './manifest';
export { parseQr, renderQr, type ScannedCode } from './qr';
export {
  groupedShortCode,
  looksLikeShortCode,
  nearShortCodes,
  parseShortCode,
  shortCodeBits,
} from './short_code';
export { SITE, type SiteClaims } from './site';
export type { SealStatus, StatusList, StatusLookup } from './status_list';
export { decodeTrustList, type TrustList, verifySeal, verifyTrustList } from './trust_list';
export {
  type Check,
  type CheckName,
  CHECKS,
  judge,
  type Knowledge,
  readScan,
  type Scan,
  type Verdict,
  type VerdictWord,
} from './verdict';
