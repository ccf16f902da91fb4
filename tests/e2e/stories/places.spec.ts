/** A place becomes a site: stand in its middle, press, hang its code on the wall, and the next scan there counts. */
import { issued, parties } from '../harness/loads';
import { moved, type Spot } from '../harness/places_on_earth';
import type { Site } from '../harness/api';
import { expect, test } from '../harness/test';

/** A yard in Thuỷ Nguyên where the demo has nothing. */
const YARD: Spot = { lat: 20.9402, lon: 106.6513 };

test('stand at the store and press: point and radius make a site whose wall code proves a scan', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const phone = await device('generator', { at: YARD });
  await phone.signIn(who('generator'));
  await phone.goto('/desk/sites');
  await phone.get('add-site').click();
  await expect(phone.get('stand-here')).toBeEnabled();
  await phone.picture('standing', true);
  await phone.get('stand-here').click();
  await expect(phone.get('stand-taken')).toContainText('20.940200');
  await phone.get('radius').fill('60');
  await phone.get('site-name').fill('Kho CTNH số 2');
  await phone.get('site-province').selectOption({ label: 'Thành phố Hải Phòng' });
  await phone.get('site-address').fill('Thuỷ Nguyên, Hải Phòng');
  await phone.get('site-send').click();
  await expect(phone.get('wall-code')).toBeVisible();
  await phone.picture('new-site', true);

  const id = phone.page.url().split('/').at(-1) ?? '';
  const sites = await people.generator.items<Site>(`/sites?organisation_id=${people.generator.organisation}`);
  const site = sites.find((one) => one.id === id);
  expect(site?.name).toBe('Kho CTNH số 2');
  const ring = site?.geofence.coordinates[0] ?? [];
  const metres = ring.map(
    ([lon, lat]) =>
      Math.hypot((lon - YARD.lon) * Math.cos((YARD.lat * Math.PI) / 180), lat - YARD.lat) * 111_195,
  );
  expect(Math.min(...metres)).toBeGreaterThan(55);
  expect(Math.max(...metres)).toBeLessThan(65);

  await test.step('its sheet for the wall can be printed', async () => {
    await phone.get('print-wall').click();
    await expect(phone.get('sheet')).toBeVisible();
    await expect
      .poll(() => phone.get('sheet').evaluate((img: HTMLImageElement) => img.naturalWidth))
      .toBeGreaterThan(0);
    await phone.picture('wall-sheet', true);
  });

  await test.step('a driver who stands 30 m from its middle and scans its wall has grade A', async () => {
    const load = await issued(people, { from: id });
    const driver = await device('driver', { at: moved(YARD, 30, 0) });
    await driver.signIn(who('driver'));
    await expect(driver.load(load.id)).toBeVisible();
    await camera.show({ text: site?.code ?? '' });
    await driver.goto(`/driver/scan?for=${load.id}`);
    await expect(driver.get('scan-site-taken')).toContainText('Kho CTNH số 2', { timeout: 20_000 });
    await expect(driver.get('scan-wanted')).toBeVisible();
    await driver.get('scan-continue').click();
    await expect(driver.get('slot-site')).toHaveAttribute('data-taken', 'true');
    await driver.get('confirmation-code').check();
    await driver.get('pickup-code').fill(load.pickup_code ?? '');
    await driver.get('confirm-pickup').click();
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
    await expect(driver.get('grade')).toContainText('A');
    expect(await people.generator.openFindings(load.id)).toEqual([]);
    await camera.showNothing();
  });
});

test('a site is moved by standing there again, and its name and address are corrected', async ({
  api,
  device,
  who,
}) => {
  const facility = await api('facility');
  const there = moved(YARD, 4_000, 500);
  const phone = await device('facility', { at: YARD });
  await phone.signIn(who('facility'));
  await phone.goto('/desk/sites');
  await phone.get('add-site').click();
  await phone.get('stand-here').click();
  await phone.choose('kind-transfer_station');
  await phone.get('site-name').fill('Trạm trung chuyển Thuỷ Nguyên');
  await phone.get('site-province').selectOption({ label: 'Thành phố Hải Phòng' });
  await phone.get('site-address').fill('Thuỷ Nguyên');
  await phone.get('site-send').click();
  await expect(phone.get('edit-site')).toBeVisible();
  const id = phone.page.url().split('/').at(-1) ?? '';

  await phone.stand(there);
  await phone.get('edit-site').click();
  await phone.get('move-site').click();
  // The first fix after the walk may still be the old one.
  await expect(async () => {
    await phone.get('stand-here').click();
    await expect(phone.get('stand-taken')).toContainText(there.lat.toFixed(6), { timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await phone.picture('moving', true);
  await phone.get('site-save').click();
  await expect(phone.get('site-dialog')).toBeHidden();
  const sites = await facility.items<Site>(`/sites?organisation_id=${facility.organisation}`);
  const station = sites.find((one) => one.id === id);
  expect(station?.kind).toBe('transfer_station');
  expect(station?.centre.lon).toBeCloseTo(there.lon, 4);
  await phone.get('back').click();
  await expect(phone.get('site').filter({ hasText: 'Thuỷ Nguyên' })).toBeVisible();
});
