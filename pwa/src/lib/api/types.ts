/**
 * Shapes on the wire by the names that the PWA uses, from the types generated out of the contract
 * (`scripts/generate`). Masses are integer grams, times RFC 3339 UTC.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

/** As the server writes it: every field is there, null where there is nothing to say. */
export type Told<T> = T extends readonly (infer U)[]
  ? Told<U>[]
  : T extends object
    ? { [K in keyof T]-?: Told<Exclude<T[K], undefined>> }
    : T;
/** The same shape with some fields known better than the contract's language can say. */
type With<T, Better> = Omit<T, keyof Better> & Better;

export type Role = Schemas['Role'];
export type ManifestState = Schemas['ManifestState'];
export type EventKind = Schemas['EventKind'];
export type Severity = Schemas['Severity'];
export type PhysicalState = Schemas['PhysicalState'];
export type MassBasis = Schemas['MassBasis'];
export type EvidenceGrade = Schemas['EvidenceGrade'];
export type ManifestAction = Schemas['Action'];

/** RFC 9457 problem with the closed code list of the API; tolerant, for what a proxy answers in its place. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  errors?: FieldError[];
}

export interface FieldError {
  /** Path of the field, such as `lines[0].declared_mass_g`. */
  path: string;
  code: string;
  message?: string;
}

/** Why one event was refused. */
export type Refusal = Pick<Problem, 'code' | 'detail'>;

export type RoleHeld = Told<Schemas['RoleView']>;
export type Person = Told<Schemas['PersonView']>;
export type SessionAnswer = Told<Schemas['SignedInSession']>;
export type Me = Told<Schemas['Me']>;
export type PublicKeyJwk = Schemas['Jwk'];
export type DeviceAnswer = Told<Schemas['RegisteredDevice']>;

export type GeoPoint = Told<Schemas['LatLon']>;
export type GeoLine = Told<Schemas['GeoLine']>;
export type GeoPolygon = Told<Schemas['GeoPolygon']>;

export type PartyOfManifest = Told<Schemas['PartyView']>;
export type Turn = Told<Schemas['Turn']>;
export type Packaging = Told<Schemas['Packaging']>;
export type WasteLine = Told<Schemas['LineView']>;
export type ManifestSummary = Told<Schemas['ManifestSummary']>;

export type Manifest = Told<Schemas['ManifestView']>;
/** A manifest in a field pack: without the pickup code, with what offline verification needs. */
export type PackManifest = Told<Schemas['PackManifest']>;

/** A site; with the text of its wall code for its own organisation. */
export type Site = Told<Schemas['SiteView']>;
/** A site as a pack holds it: never with its wall code. */
export type PackSite = Told<Schemas['PackSite']>;
export type WasteCode = Told<Schemas['PackWasteCode']>;
/** All that a phone must hold to work a shift offline. */
export type FieldPack = Told<Schemas['FieldPack']>;

/** Codes of findings that this build knows; a newer server may send others. */
export type FindingCode = Schemas['FindingCode'];
export interface FindingRaised {
  code: string;
  severity: Severity;
  detail?: unknown;
}
export type EventResult = With<
  Told<Schemas['EventResult']>,
  { findings: FindingRaised[]; problem: Refusal | null }
>;
export interface EventsAnswer {
  results: EventResult[];
  /** Changes when the server was restored from a backup. */
  epoch: number;
}

export type VerdictWord =
  'invalid' | 'cannot_tell' | 'void' | 'superseded' | 'on_hold' | 'completed' | 'expired' | 'authentic';

export interface SubCheck {
  check: string;
  /** Null when it could not be checked. */
  ok: boolean | null;
  /** Stable code. */
  detail?: unknown;
}

/** What the public may know from a code in hand. */
export type PublicManifest = Told<Schemas['PublicManifest']>;
/** What an authentic live code says, as far as the caller may know. */
export type SeenLive = With<
  Told<Schemas['SeenLive']>,
  {
    manifests: {
      id: string;
      verdict: VerdictWord;
      checks: SubCheck[];
      manifest: Manifest | PublicManifest | null;
    }[];
  }
>;
export type VerifyAnswer = With<
  Told<Schemas['Verification']>,
  {
    verdict: VerdictWord;
    checks: SubCheck[];
    manifest: Manifest | PublicManifest | null;
    live: SeenLive | null;
  }
>;

/** What a notice is about. */
export type NoticeTopic = Schemas['Topic'];
export type Notice = Told<Schemas['NoticeView']>;
export type NoticeList = Told<Schemas['NoticeList']>;
export type NoticePreferences = Told<Schemas['PreferencesView']>;
export type NoticePreferencesChange = Schemas['PreferencesChange'];
/** A browser that takes push messages. */
export type PushBrowser = Told<Schemas['SubscriptionView']>;
/** What a link in a message is about. */
export type LinkView = Told<Schemas['LinkView']>;

export interface Listing<T> {
  items: T[];
  next_cursor: string | null;
}
