/** QR of a manifest: what an inspector may know from the paper alone. */
import { hex, uuid } from './bytes';
import { asArray, asBytes, asMap, asText, asTuple, asUnsigned, type Cbor, item, required } from './cbor';
import { CTI, PRIVATE, readCommon } from './claims';
import type { Claims, Kind } from './envelope';
import { SealError } from './error';
import { statusIndex, type StatusIndex } from './status_list';

export type PhysicalState = 'solid' | 'liquid' | 'sludge';

export interface SealedLine {
  /** `17 02 03`. */
  wasteCode: string;
  massG: number;
  physicalState: PhysicalState;
}

export interface ManifestClaims extends Claims {
  issuer: string;
  manifestId: string;
  number: string;
  /** From 1. */
  revision: number;
  status: StatusIndex;
  /** Last 8 bytes of the site id, in hex: compare with {@link siteTail}. */
  generatorSite: string;
  facilitySite: string;
  /** Normal forms of at most two plates, or how many there are. */
  plates: string[] | number;
  /** Up to four lines, or the heaviest groups when there is a rest. */
  lines: SealedLine[];
  rest: { groups: number; massG: number } | null;
  /** First half of SHA-256 of the whole approved document, in hex. */
  documentDigest: string;
}

const LINES_MAX = 4;
const PLATES_MAX = 2;
const U32_MAX = 0xffff_ffff;
const STATES: readonly PhysicalState[] = ['solid', 'liquid', 'sludge'];

/** What a seal keeps of a site id. */
export function siteTail(siteId: string): string {
  return siteId.replaceAll('-', '').slice(16).toLowerCase();
}

/** Total declared mass in grams. */
export function sealedMass(claims: ManifestClaims): number {
  return claims.lines.reduce((sum, line) => sum + line.massG, claims.rest?.massG ?? 0);
}

function readPlates(value: Cbor): string[] | number {
  if (!Array.isArray(value)) return asUnsigned(value, U32_MAX);
  if (value.length > PLATES_MAX) throw new SealError('claim_range');
  return value.map((plate) => asText(plate, 24));
}

function readLine(value: Cbor): SealedLine {
  const line = asTuple(value, 3);
  const code = asUnsigned(item(line, 0), 999_999).toString().padStart(6, '0');
  const massG = asUnsigned(item(line, 1), Number.MAX_SAFE_INTEGER);
  const physicalState = STATES[asUnsigned(item(line, 2), STATES.length - 1)];
  if (physicalState === undefined) throw new SealError('claim_range');
  return { wasteCode: `${code.slice(0, 2)} ${code.slice(2, 4)} ${code.slice(4)}`, massG, physicalState };
}

function readLines(value: Cbor): Pick<ManifestClaims, 'lines' | 'rest'> {
  const items = [...asArray(value)];
  const last = items.at(-1);
  let rest: ManifestClaims['rest'] = null;
  if (Array.isArray(last) && last.length === 2) {
    items.pop();
    const groups = asUnsigned(item(last, 0), U32_MAX);
    rest = { groups, massG: asUnsigned(item(last, 1), Number.MAX_SAFE_INTEGER) };
  }
  if (items.length > LINES_MAX) throw new SealError('claim_range');
  return { lines: items.map(readLine), rest };
}

export const MANIFEST: Kind<ManifestClaims> = {
  typ: 'manifest',
  // An expired QR is still genuine: the verdict says "expired", and a void one says "void" first.
  endsAtExpiry: false,
  read(payload) {
    const claims = asMap(payload);
    const common = readCommon(claims);
    const manifestId = uuid(asBytes(required(claims, CTI), 16));
    const facts = asTuple(required(claims, PRIVATE), 7);
    const sites = asBytes(item(facts, 3), 16);
    return {
      ...common,
      manifestId,
      number: asText(item(facts, 0), 64),
      revision: asUnsigned(item(facts, 1), U32_MAX),
      status: statusIndex(asUnsigned(item(facts, 2), U32_MAX)),
      generatorSite: hex(sites.slice(0, 8)),
      facilitySite: hex(sites.slice(8)),
      plates: readPlates(item(facts, 4)),
      ...readLines(item(facts, 5)),
      documentDigest: hex(asBytes(item(facts, 6), 16)),
    };
  },
};
