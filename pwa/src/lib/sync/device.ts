/** Registering this phone's key with the server, so that its events can be signed and believed. */
import { answer, api } from '$lib/api/client';
import { base64url, fromBase64url } from '$lib/seal/bytes';
import { signJws } from '$lib/seal/jws';
import { generateDeviceKey } from '$lib/seal/key';
import { changed } from '$lib/local/changes';
import { database, fact, putFact, type StoredDevice } from '$lib/local/db';
import { sendAgain } from '$lib/local/outbox';
import { correctedNow } from '$lib/local/true_time';
import type { DeviceAnswer, PublicKeyJwk } from '$lib/api/types';
import { CAPTURING } from './sign_in';

/** What the phone is called in the organisation's list of devices. */
function deviceName(agent: string): string {
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(agent)?.[0] ?? 'PWA';
  const browser = /Edg|Firefox|CriOS|Chrome|Safari/.exec(agent)?.[0] ?? '';
  return [system, browser].filter(Boolean).join(' · ');
}

async function publicJwk(key: CryptoKeyPair): Promise<PublicKeyJwk> {
  // x and y are the halves of the raw point 4 ‖ x ‖ y.
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', key.publicKey));
  return { kty: 'EC', crv: 'P-256', x: base64url(raw.slice(1, 33)), y: base64url(raw.slice(33, 65)) };
}

/** The key of an earlier attempt whose answer was lost, or a fresh one that is kept before it is used. */
async function keyFor(person: string): Promise<CryptoKeyPair> {
  const pending = await fact('pending_key');
  if (pending?.person_id === person) return pending.key;
  const key = await generateDeviceKey();
  await putFact('pending_key', { person_id: person, key });
  return key;
}

async function register(
  key: CryptoKeyPair,
  name: string,
  code: string,
  certificate: string | null,
): Promise<DeviceAnswer> {
  const proof = await signJws(
    'enrol',
    { purpose: 'enrol', code, iat: Math.floor((await correctedNow()) / 1000) },
    key.privateKey,
  );
  const body = {
    name,
    public_key: await publicJwk(key),
    proof,
    ...(code === '' ? {} : { code }),
    ...(certificate === null ? {} : { certificate }),
  };
  return answer(api.POST('/api/v1/devices', { body }));
}

/**
 * Makes sure that this phone has a registered key for the person signed in, where their role scans. Uses the
 * dispatcher's invitation if one was accepted here; people of a demo need none. A device that the server forgot is
 * entered again by its certificate, and what it refused goes back into the outbox. Null when the role needs no key.
 */
export async function ensureDevice(): Promise<StoredDevice | null> {
  const session = await fact('session');
  if (session === null || !session.person.roles.some((held) => CAPTURING.includes(held.role))) return null;
  const person = session.person.id;
  return navigator.locks.request(`emanifest.device.${person}`, async () => {
    const known = await (await database()).get('devices', person);
    if (known !== undefined && known.forgotten !== true) return known;
    const key = known?.key ?? (await keyFor(person));
    const code = (await fact('invitation')) ?? '';
    const name = deviceName(navigator.userAgent);
    const registered = await register(key, name, code, known?.certificate ?? null);
    const device: StoredDevice = {
      person_id: person,
      device_id: registered.id,
      certificate: registered.certificate,
      name: known?.name ?? deviceName(navigator.userAgent),
      key,
      next_seq: known?.device_id === registered.id ? known.next_seq : 1,
    };
    await keep(device, known === undefined);
    if (known?.device_id === registered.id) await sendRefusedAgain(registered.id);
    return device;
  });
}

async function keep(device: StoredDevice, enrolled: boolean): Promise<void> {
  const { person_id } = device;
  const db = await database();
  const tx = db.transaction(['devices', 'trust', 'packs'], 'readwrite', { durability: 'strict' });
  await Promise.all([
    tx.objectStore('devices').put(device),
    // Enrolment is when the roots are pinned: whatever was pinned for an earlier enrolment goes.
    ...(enrolled
      ? [tx.objectStore('trust').delete(person_id), tx.objectStore('packs').delete(person_id)]
      : []),
    tx.done,
  ]);
  await putFact('pending_key', null);
  await putFact('invitation', null);
  changed('device');
}

/** More often than this nothing goes back by itself: the person decides. */
const BY_ITSELF = 5;

async function sendRefusedAgain(deviceId: string): Promise<void> {
  await sendAgain(
    ({ event, entry }) =>
      event.device_id === deviceId &&
      entry.problem.code === 'device_unknown' &&
      (event.taken_up ?? 0) < BY_ITSELF,
  );
}

/** Days after which a phone asks for its next certificate; the server renews it at half of its ninety. */
const RENEW_AFTER_MS = 46 * 24 * 60 * 60 * 1000;

/**
 * Fetches the next certificate when half of the days of this one are gone: without one, other phones cannot check this
 * phone's live codes offline. What fails is tried again at the next occasion.
 */
export async function renewCertificate(device: StoredDevice): Promise<void> {
  const { DEVICE, decodeSeal } = await import('$lib/seal');
  const { issuedAt } = decodeSeal(fromBase64url(device.certificate), DEVICE).claims;
  if ((await correctedNow()) - issuedAt < RENEW_AFTER_MS) return;
  // Not under the device's lock: a scan must not wait for the network.
  const { certificate } = await register(device.key, device.name, '', null);
  await navigator.locks.request(`emanifest.device.${device.person_id}`, async () => {
    const db = await database();
    const held = await db.get('devices', device.person_id);
    if (held?.device_id === device.device_id) await db.put('devices', { ...held, certificate });
  });
  changed('device');
}
