// @vitest-environment node
/** Holds these readers to tests/vectors; the server's readers are held to the same files. */
import { describe, expect, it } from 'vitest';
import cborFile from '../../../../tests/vectors/cbor.json';
import claimsFile from '../../../../tests/vectors/claims.json';
import envelopesFile from '../../../../tests/vectors/envelopes.json';
import jwsFile from '../../../../tests/vectors/jws.json';
import keysFile from '../../../../tests/vectors/keys.json';
import qrFile from '../../../../tests/vectors/qr.json';
import shortCodesFile from '../../../../tests/vectors/short_codes.json';
import statusListsFile from '../../../../tests/vectors/status_lists.json';
import trustListsFile from '../../../../tests/vectors/trust_lists.json';
import verdictsFile from '../../../../tests/vectors/verdicts.json';
import { fromHex, hex } from './bytes';
import { decodeCbor, encodeCbor } from './cbor';
import { DEVICE, type DeviceClaims } from './device';
import { type Claims, decodeSeal, isSignedBy, type Kind, sealDigest, type Unverified } from './envelope';
import { SealError } from './error';
import { parseJws, verifyJws } from './jws';
import { type PublicKey, publicKey } from './key';
import { MANIFEST, type ManifestClaims } from './manifest';
import { parseQr } from './qr';
import { parseShortCode, shortCodeBits } from './short_code';
import { SITE, type SiteClaims } from './site';
import { decodeStatusList, type SealStatus, type StatusLookup, statusValue } from './status_list';
import { decodeTrustList, type TrustList, verifyTrustList } from './trust_list';
import { type Check, judge, readScan } from './verdict';

interface SealCase {
  name: string;
  typ: string;
  seal: string;
  error: string | null;
  key?: string;
  digest?: string;
  claims?: unknown;
}

const keyNamed = (name: string): Promise<PublicKey> => {
  const key = (keysFile as Record<string, unknown>)[name] as { public: string };
  return publicKey(fromHex(key.public));
};

/** The value, or the code of the broken rule; anything but a SealError fails the test. */
async function outcome<T>(read: () => T | Promise<T>): Promise<{ value: T | null; error: string | null }> {
  try {
    return { value: await read(), error: null };
  } catch (error) {
    if (error instanceof SealError) return { value: null, error: error.code };
    throw error;
  }
}

const seconds = (ms: number) => ms / 1000;

const common = (claims: Claims & { issuer: string }) => ({
  issuer: claims.issuer,
  issued_at: seconds(claims.issuedAt),
  expires_at: seconds(claims.expiresAt),
});

const projectManifest = (claims: ManifestClaims) => ({
  ...common(claims),
  manifest_id: claims.manifestId,
  number: claims.number,
  revision: claims.revision,
  status: claims.status,
  generator_site: claims.generatorSite,
  facility_site: claims.facilitySite,
  plates: claims.plates,
  lines: claims.lines.map((line) => ({
    waste_code: line.wasteCode,
    mass_g: line.massG,
    physical_state: line.physicalState,
  })),
  rest: claims.rest && { groups: claims.rest.groups, mass_g: claims.rest.massG },
  document_digest: claims.documentDigest,
});

const projectSite = (claims: SiteClaims) => ({
  ...common(claims),
  site_id: claims.siteId,
  name: claims.name,
});

const projectDevice = (claims: DeviceClaims) => ({
  ...common(claims),
  device_id: claims.deviceId,
  public_key: `04${hex(claims.publicKeyXy)}`,
  person_id: claims.personId,
  organisation_id: claims.organisationId,
});

const projectTrust = (claims: TrustList) => ({
  ...common(claims),
  seq: claims.seq,
  hosts: claims.hosts,
  keys: claims.keys.map((key) => ({
    key: hex(key.key.bytes),
    use: key.use,
    from: seconds(key.from),
    standing: key.standing.kind,
    changed_at: key.standing.kind === 'active' ? null : seconds(key.standing.at),
  })),
});

async function checkSeal<T extends Claims>(test: SealCase, kind: Kind<T>, project: (claims: T) => unknown) {
  const { value, error } = await outcome(() => decodeSeal(fromHex(test.seal), kind));
  expect(error).toBe(test.error);
  if (value === null) return;
  expect(project(value.claims)).toEqual(test.claims);
  expect(await sealDigest(value)).toBe(test.digest);
  expect(await isSignedBy(value, await keyNamed(test.key ?? ''))).toBe(true);
  expect(await isSignedBy(value, await keyNamed('stranger'))).toBe(false);
}

describe('envelopes and claims', () => {
  const cases = [...(envelopesFile.cases as SealCase[]), ...(claimsFile.cases as SealCase[])];
  it.each(cases)('$name', async (test) => {
    if (test.typ === 'manifest') await checkSeal(test, MANIFEST, projectManifest);
    else if (test.typ === 'site') await checkSeal(test, SITE, projectSite);
    else if (test.typ === 'device') await checkSeal(test, DEVICE, projectDevice);
    else throw new Error(`no reader for ${test.typ}`);
  });
});

describe('canonical CBOR', () => {
  it.each(cborFile.cases)('$name', async (test) => {
    const bytes = fromHex(test.hex);
    const { value, error } = await outcome(() => ({ read: decodeCbor(bytes) }));
    expect(error).toBe(test.error);
    if (value) expect(hex(encodeCbor(value.read))).toBe(test.hex);
  });
});

describe('texts of codes', () => {
  it.each(qrFile.cases)('$name', async (test) => {
    const { value, error } = await outcome(() => parseQr(test.text));
    expect(error).toBe(test.error);
    if (value)
      expect({ host: value.host, bytes: hex(value.bytes) }).toEqual({ host: test.host, bytes: test.bytes });
  });
});

describe('short codes', () => {
  it.each(shortCodesFile.cases)('$name', async (test) => {
    const { value, error } = await outcome(() => parseShortCode(test.text));
    expect(error).toBe(test.error);
    if (value) expect(shortCodeBits(value).toString()).toBe(test.bits);
  });
});

describe('signed events', () => {
  it.each(jwsFile.cases)('$name', async (test) => {
    const { value, error } = await outcome(async () =>
      verifyJws(parseJws(test.text), await keyNamed('device')),
    );
    expect(error).toBe(test.error);
    if (!value) return;
    expect(value.kid).toBe(test.kid);
    expect(value.signingInput).toBe(test.signing_input);
    expect(hex(value.payload)).toBe(test.payload);
  });
});

describe('status lists', () => {
  it.each(statusListsFile.cases)('$name', async (test) => {
    const { value, error } = await outcome(() => decodeStatusList(fromHex(test.seal)));
    expect(error).toBe(test.error);
    if (!value) return;
    expect(await isSignedBy(value, await keyNamed('issuer'))).toBe(true);
    expect({
      uri: value.claims.uri,
      issued_at: seconds(value.claims.issuedAt),
      expires_at: seconds(value.claims.expiresAt),
      ttl_s: value.claims.ttlS,
      entries: value.claims.bits.length * 2,
    }).toEqual(test.claims);
    for (const [entry, expected] of test.values ?? []) {
      expect(statusValue(value.claims, entry ?? -1) ?? null).toBe(expected);
    }
  });
});

const trustNamed = (name: string): Promise<Unverified<TrustList>> => {
  const found = trustListsFile.cases.find((list) => list.name === name);
  if (!found) throw new Error(`no trust list ${name}`);
  return decodeTrustList(fromHex(found.list));
};

describe('trust lists', () => {
  it.each(trustListsFile.cases)('$name', async (test) => {
    const pinned = await Promise.all([keyNamed('root'), keyNamed('spare_root')]);
    const list = await decodeTrustList(fromHex(test.list));
    expect(projectTrust(list.claims)).toEqual(test.claims);
    const held = test.held === null ? null : (await trustNamed(test.held)).claims;
    const { error } = await outcome(() => verifyTrustList(list, pinned, held, test.now * 1000));
    expect(error).toBe(test.error);
  });
});

function lookup(status: string, asOf: number): StatusLookup {
  if (status === 'older_than_seal') return { kind: status, asOf };
  if (status === 'unknown' || status === 'none') return { kind: status };
  return { kind: 'known', status: status as SealStatus, asOf };
}

describe('verdicts', () => {
  it.each(verdictsFile.cases)('$name', async (test) => {
    const known = {
      trust: test.trust === null ? null : (await trustNamed(test.trust)).claims,
      status: lookup(test.status, test.status_as_of * 1000),
      registered: test.registered,
      now: test.now * 1000,
    };
    const scan = test.kind === 'site' ? readScan(test.text, SITE) : readScan<Claims>(test.text, MANIFEST);
    const { verdict, seal } = await judge<Claims>(scan, known);
    expect(verdict.checks).toEqual(test.checks as Check[]);
    expect(verdict.verdict).toBe(test.verdict);
    expect(verdict.asOf === null ? null : seconds(verdict.asOf)).toBe(test.as_of);
    const future = test.checks[4]?.detail === 'from_the_future';
    expect(seal !== null).toBe(test.verdict !== 'invalid' && test.checks[2]?.ok === true && !future);
  });
});
