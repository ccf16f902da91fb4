/** Scans that look wrong: recorded all the same, with exactly the findings that belong there. */
import { ends, issued, parties, type Parties } from '../harness/loads';
import type { Manifest } from '../harness/api';
import type { Device } from '../harness/phone';
import { moved } from '../harness/places_on_earth';
import { expect, test } from '../harness/test';

const ROUTE = 'KCN Nam Cầu Kiền → KCN Nam Đình Vũ';

/** Records the pickup from the list, signed on the glass. */
async function pickUp(driver: Device, id: string): Promise<void> {
  await driver.goto(`/driver/pickup/${id}`);
  await driver.get('confirmation-glass').check();
  const box = await driver.get('signature').boundingBox();
  if (box === null) throw new Error('nowhere to sign');
  await driver.get('signature').scrollIntoViewIfNeeded();
  await driver.get('signature').hover({ position: { x: 60, y: 60 } });
  await driver.page.mouse.down();
  for (let step = 1; step <= 6; step += 1)
    await driver.get('signature').hover({ position: { x: 60 + step * 30, y: 60 + (step % 2) * 40 } });
  await driver.page.mouse.up();
  await driver.get('counterparty-name').fill('Thủ kho');
  await driver.picture('pickup-glass', true);
  await driver.get('confirm-pickup').click();
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
}

async function deliver(driver: Device, id: string): Promise<void> {
  await driver.goto(`/driver/delivery/${id}`);
  await driver.get('confirm-delivery').click();
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
}

/** A load on the road, taken with a signature on the glass. */
async function onTheRoad(people: Parties, driver: Device): Promise<Manifest> {
  const load = await issued(people, { route: ROUTE });
  await driver.page.evaluate(() => undefined);
  await driver.restart('/driver');
  await expect(driver.load(load.id)).toBeVisible({ timeout: 20_000 });
  await pickUp(driver, load.id);
  expect(await people.generator.openFindings(load.id)).toEqual([]);
  return load;
}

test('a delivery three kilometres away is recorded as outside the geofence and off the route', async ({
  api,
  device,
  who,
}) => {
  const people = await parties(api);
  const { store, facility } = await ends(people);
  const driver = await device('driver', { at: store.centre });
  await driver.signIn(who('driver'));
  const load = await onTheRoad(people, driver);

  await driver.stand(moved(facility.centre, 0, -3_000));
  await deliver(driver, load.id);
  await expect(driver.finding('outside_geofence')).toBeVisible();
  await driver.picture('three-kilometres-away', true);
  expect(await people.generator.openFindings(load.id)).toEqual(['off_route', 'outside_geofence']);
  expect((await people.generator.manifest(load.id)).state).toBe('arrived');
});

test('a delivery at another facility names that facility instead of the missed geofence', async ({
  api,
  device,
  who,
}) => {
  const people = await parties(api);
  const { store } = await ends(people);
  const sites = await people.generator.items<{ name: string; centre: { lat: number; lon: number } }>(
    '/sites?kind=facility',
  );
  const other = sites.find((site) => site.name.includes('Kinh Môn'));
  const driver = await device('driver', { at: store.centre });
  await driver.signIn(who('driver'));
  const load = await onTheRoad(people, driver);

  await driver.stand(other?.centre ?? { lat: 0, lon: 0 });
  await deliver(driver, load.id);
  await expect(driver.finding('wrong_facility')).toBeVisible();
  await driver.picture('another-facility', true);
  expect(await people.generator.openFindings(load.id)).toEqual(['off_route', 'wrong_facility']);
});

test('a phone that may not use its position says so, and the scan is recorded without one', async ({
  api,
  device,
  who,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const driver = await device('driver', { permissions: false });
  await driver.signIn(who('driver'));
  await driver.goto(`/driver/pickup/${load.id}`);
  await expect(driver.get('position').first()).toHaveAttribute('data-status', 'denied');
  await driver.get('confirmation-none').check();
  await driver.picture('no-position', true);
  await driver.get('confirm-pickup').click();
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
  expect(await people.generator.openFindings(load.id)).toEqual(['counterparty_missing', 'position_missing']);
});

test('a torn code is typed, and the code on the wall alone lists what waits there', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const { store } = await ends(people);
  const load = await issued(people);
  const driver = await device('driver', { at: store.centre });
  await camera.showNothing();
  await driver.signIn(who('driver'));
  await expect(driver.load(load.id)).toBeVisible();

  await driver.goto('/driver/scan');
  await driver.get('type-code').click();
  const short = load.qr?.short_code ?? '';
  await driver.get('short-code').fill(`${short.slice(0, -1)}${short.endsWith('0') ? '1' : '0'}`);
  await driver.get('short-code-submit').click();
  await expect(driver.page.getByRole('alert').filter({ visible: true }).first()).toBeVisible();
  // People read O for 0, forget hyphens and do not care about capitals.
  await driver.get('short-code').fill(short.replaceAll('-', ' ').replaceAll('0', 'o').toLowerCase());
  await driver.get('short-code-submit').click();
  await expect(driver.get('scan-manifest')).toContainText(load.number ?? '?');
  await driver.picture('short-code');

  await driver.get('scan-reset').click();
  await camera.show({ text: store.code ?? '' });
  await driver.goto('/driver/scan');
  await expect(driver.get('scan-site')).toBeVisible({ timeout: 20_000 });
  await expect(driver.load(load.id)).toBeVisible();
  await driver.picture('wall-alone', true);
});

test('an event that the server refuses stays on the phone, with the reason', async ({ api, device, who }) => {
  const people = await parties(api);
  const { store } = await ends(people);
  const load = await issued(people);
  const driver = await device('driver', { at: store.centre });
  await driver.signIn(who('driver'));
  await driver.armed();
  await driver.offline();
  await driver.goto(`/driver/pickup/${load.id}`);
  await driver.get('confirmation-none').check();
  await driver.get('confirm-pickup').click();
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'waiting');
  const saved = new URL(driver.page.url()).pathname;
  // A phone whose storage went bad: one letter of the signature is another.
  await driver.page.evaluate(spoilSignature, saved.split('/').at(-1) ?? '');
  // Started anew, so that nothing of the whole event is left in memory.
  await driver.restart('/outbox');
  await driver.offline(false);
  await expect(driver.get('sync-pill')).toHaveAttribute('data-refused', '1', { timeout: 20_000 });
  await driver.picture('refused-list');
  await driver.goto(saved);
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'refused');
  await expect(driver.get('refusal')).toContainText(/\p{L}{3,}/u);
  await driver.picture('refused', true);
  expect(await people.generator.events(load.id)).toEqual([]);
  expect((await people.generator.manifest(load.id)).state).toBe('issued');
});

/** Runs in the page: turns a letter of the stored event's signature. */
async function spoilSignature(id: string): Promise<void> {
  const [{ name = '' } = {}] = await indexedDB.databases();
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  await new Promise<void>((resolve, reject) => {
    const tx = db.transaction('events', 'readwrite');
    const events = tx.objectStore('events');
    const reading = events.get(id);
    reading.onsuccess = () => {
      const event = reading.result as { jws: string };
      const at = event.jws.length - 20;
      const letter = event.jws.charAt(at) === 'A' ? 'B' : 'A';
      events.put({ ...event, jws: event.jws.slice(0, at) + letter + event.jws.slice(at + 1) });
    };
    tx.oncomplete = () => resolve();
    tx.onerror = () => reject(tx.error);
  });
  db.close();
}
