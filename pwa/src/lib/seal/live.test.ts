// @vitest-environment node
/** Holds live codes to tests/vectors, and what this phone makes to what every reader takes. */
import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import keysFile from '../../../../tests/vectors/keys.json';
import liveFile from '../../../../tests/vectors/live.json';
import trustListsFile from '../../../../tests/vectors/trust_lists.json';
import { base32, fromHex, hex } from './bytes';
import { DEVICE } from './device';
import { decodeSeal } from './envelope';
import { LIVE, LIVE_MAX, type LiveClaims, livePayload, makeLive, sealedPlate, STEP_MS, stepAt } from './live';
import { bind, type DeviceStanding, judgeLive } from './live_verdict';
import { parseQr } from './qr';
import { decodeTrustList } from './trust_list';
import { readScan } from './verdict';

const trustNamed = async (name: string | null) => {
  const found = trustListsFile.cases.find((list) => list.name === name);
  return found === undefined ? null : (await decodeTrustList(fromHex(found.list))).claims;
};

const says = (claims: LiveClaims) => {
  const { deviceId, personId, organisationId, issuer } = claims.certificate.claims;
  return {
    device_id: deviceId,
    person_id: personId,
    organisation_id: organisationId,
    issuer,
    carried: claims.carried,
    plate: claims.plate,
    pickup: claims.pickup,
    step: claims.step,
  };
};

/** An event id that ends in these 8 bytes. */
const eventEnding = (tail: string) => `019c0000-0000-7000-${tail.slice(0, 4)}-${tail.slice(4)}`;

describe('live codes of the vectors', () => {
  it.each(liveFile.cases)('$name', async (test) => {
    const scan = readScan(test.text, LIVE);
    const { verdict, seal } = await judgeLive(scan, {
      trust: await trustNamed(test.trust),
      device: test.device as DeviceStanding,
      now: test.now * 1000,
    });
    expect(verdict).toEqual({ verdict: test.verdict, checks: test.checks });
    expect(seal !== null).toBe(test.verdict === 'authentic');
    expect(scan.seal === null ? null : says(scan.seal.claims)).toEqual(test.claims);
    if (scan.seal === null) return;
    const { claims } = scan.seal;
    const written = livePayload({ ...claims, pickupId: eventEnding(claims.pickup) }, claims.step);
    expect(hex(parseQr(test.text).bytes)).toContain(hex(written));
    for (const { known, checks } of test.bonds) {
      const carriage = {
        manifestId: known.manifest_id,
        tripId: known.trip_id,
        driverId: known.driver_id,
        carrierId: known.carrier_id,
        plates: known.plates,
        pickupId: known.pickup_id,
      };
      expect(bind(claims, carriage)).toEqual(checks);
    }
  });
});

describe('live codes of this phone', () => {
  const certified = () => {
    const first = liveFile.cases[0];
    if (first === undefined) throw new Error('no vectors');
    const { certificate } = decodeSeal(parseQr(first.text).bytes, LIVE).claims;
    return { certificate, first, now: first.now * 1000 };
  };
  const privateKey = () =>
    crypto.subtle.importKey(
      'pkcs8',
      Uint8Array.from(atob(keysFile.device.pkcs8), (character) => character.charCodeAt(0)),
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
  const MANIFESTS = ['019c0000-0000-7000-8000-000000000001', '019c0000-0000-7000-8000-000000000002'];
  const PICKUP = '019c0000-0000-7000-b1b1-b1b1b1b1b1b1';

  it('is accepted by its readers, and fits its QR', async () => {
    const { certificate, now } = certified();
    const facts = { certificate, carried: { manifests: MANIFESTS }, plate: '15c-123.45', pickupId: PICKUP };
    const text = await makeLive(facts, stepAt(now), await privateKey());
    const known = { trust: await trustNamed('usual'), device: 'active', now } as const;
    const { verdict, seal } = await judgeLive(readScan(text, LIVE), known);
    expect(verdict.verdict).toBe('authentic');
    expect(seal?.claims).toMatchObject({ carried: { manifests: MANIFESTS }, plate: '15C12345' });
    expect(encode(text, { ecc: 'M' }).version).toBeLessThanOrEqual(15);
  });

  it('gives the longest code a QR of version 15-M', () => {
    expect(encode(base32(new Uint8Array(LIVE_MAX).fill(0xa5)), { ecc: 'M' }).version).toBe(15);
  });

  it('is refused as a picture of half a minute, whenever it was taken', async () => {
    const { certificate, now } = certified();
    const facts = { certificate, carried: { trip: MANIFESTS[0] ?? '' }, plate: '15C12345', pickupId: PICKUP };
    const key = await privateKey();
    const trust = await trustNamed('usual');
    for (const within of [0, 1, 7_500, STEP_MS - 1]) {
      const taken = stepAt(now) * STEP_MS + within;
      const scan = readScan(await makeLive(facts, stepAt(taken), key), LIVE);
      const word = async (at: number) =>
        (await judgeLive(scan, { trust, device: 'unknown', now: at })).verdict.verdict;
      expect(await word(taken)).toBe('authentic');
      expect(await word(taken + STEP_MS)).toBe('authentic');
      expect(await word(taken + 2 * STEP_MS)).toBe('expired');
      expect(await word(taken - STEP_MS)).toBe('authentic');
      expect(await word(taken - 4 * STEP_MS)).toBe('cannot_tell');
    }
  });

  it('is not made of facts that do not fit', async () => {
    const { certificate } = certified();
    const key = await privateKey();
    const facts = { certificate, carried: { manifests: MANIFESTS }, plate: 'ĐĐĐĐĐĐĐĐĐĐĐĐ', pickupId: PICKUP };
    await expect(makeLive(facts, 1, key)).rejects.toMatchObject({ code: 'claim_range' });
    const none = { ...facts, carried: { manifests: [] } };
    await expect(makeLive(none, 1, key)).rejects.toMatchObject({ code: 'claim_range' });
    await expect(makeLive({ ...facts, plate: '-' }, 1, key)).rejects.toMatchObject({ code: 'claim_range' });
  });
});

it('writes plates as the seals do', () => {
  expect(['15c-123.45', '15LĐ 123.45', 'กข 1234', '—'].map(sealedPlate)).toEqual([
    '15C12345',
    '15LĐ12345',
    'กข1234',
    '',
  ]);
});

it('reads certificates like any seal', () => {
  const [first] = liveFile.cases;
  if (first === undefined) throw new Error('no vectors');
  const { certificate } = decodeSeal(parseQr(first.text).bytes, LIVE).claims;
  expect(decodeSeal(certificate.bytes, DEVICE).claims).toEqual(certificate.claims);
});
