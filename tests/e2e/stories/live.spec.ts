/** The live code: shown by a driver, checked by an inspector and a gate, nobody with a network. */
import { issued, parties } from '../harness/loads';
import type { Camera } from '../harness/camera';
import type { Device } from '../harness/phone';
import { expect, test } from '../harness/test';

const ROADSIDE = { lat: 20.8571, lon: 106.6822 };
/** On the truck, but not on the manifest: the driver writes it at the pickup, without a network. */
const OTHER_TRUCK = '15C-678.90';

/** Signs in, takes the pack along, and leaves the network behind. */
async function goesOffline(phone: Device, login: { login: string; secret: string }): Promise<void> {
  await phone.signIn(login);
  await expect(phone.get('pack-age')).toContainText(/\d\d:\d\d/, { timeout: 30_000 });
  await phone.armed();
  await phone.offline();
}

/** A picture of the code on the driver's screen, as another camera sees it. */
async function screenOf(driver: Device): Promise<Buffer> {
  await expect(driver.get('live-code')).toBeVisible();
  return driver.get('live-code').getByTestId('qr').screenshot();
}

/** Holds the driver's screen before the other phone until it has read a fresh one; the picture that was read. */
async function holdUp(driver: Device, camera: Camera, scan: () => Promise<void>): Promise<Buffer> {
  let shown = Buffer.alloc(0);
  await expect(async () => {
    shown = await screenOf(driver);
    await camera.show({ png: shown });
    await scan();
  }).toPass({ timeout: 90_000 });
  return shown;
}

test('a live code excludes a copy, names the truck as it is, and is worth nothing half a minute later', async ({
  api,
  device,
  who,
  camera,
}) => {
  test.setTimeout(300_000);
  const people = await parties(api);
  const store = await people.generator.ownSite();
  const facility = await people.facility.ownSite();
  const load = await issued(people);
  const paper = await people.generator.png(`/manifests/${load.id}/qr.png`);
  await camera.showNothing();
  const driver = await device('driver', { at: store.centre });
  const inspector = await device('inspector', { at: ROADSIDE });
  const gate = await device('gate', { at: facility.centre });

  await test.step('three phones leave the network', async () => {
    await goesOffline(driver, who('driver'));
    await goesOffline(inspector, who('inspector'));
    await goesOffline(gate, who('facility'));
  });

  await test.step('the driver picks up with another truck and shows the live code', async () => {
    await driver.goto(`/driver/trip/${load.id}`);
    await expect(driver.get('trip-scan')).toBeVisible();
    await expect(driver.get('show-live')).toHaveCount(0);
    await driver.goto(`/driver/pickup/${load.id}`);
    await driver.get('plate').fill(OTHER_TRUCK);
    await driver.get('confirmation-none').check();
    await driver.get('confirm-pickup').click();
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'waiting');
    await driver.goto(`/driver/trip/${load.id}`);
    await driver.get('show-live').click();
    await expect(driver.get('live-plate')).toHaveText(OTHER_TRUCK);
    const first = Number(await driver.get('live-code').getAttribute('data-step'));
    await driver.picture('live', true);
    await expect
      .poll(async () => Number(await driver.get('live-code').getAttribute('data-step')), { timeout: 25_000 })
      .toBeGreaterThan(first);
  });

  await test.step('the paper alone may be a copy', async () => {
    await camera.show({ png: paper });
    await inspector.restart('/inspect');
    await expect(inspector.get('verdict')).toHaveAttribute('data-verdict', 'authentic', { timeout: 20_000 });
    await expect(inspector.get('copy-not-excluded')).toBeVisible();
    await inspector.picture('paper', true);
  });

  let picture = Buffer.alloc(0);
  await test.step('the paper and the screen together are not', async () => {
    picture = await holdUp(driver, camera, async () => {
      await inspector.get('scan-live').click();
      await expect(inspector.get('live-bound')).toBeVisible({ timeout: 15_000 });
    });
    await expect(inspector.get('copy-not-excluded')).toHaveCount(0);
    await expect(inspector.get('live-odd-plate')).toBeVisible();
    for (const check of ['key', 'certificate', 'validity', 'signature', 'step', 'manifest', 'driver'])
      await expect(inspector.get(`live-${check}`)).toHaveAttribute('data-ok', 'true');
    // Not known without a network: whether the phone was revoked since, and the pickup that was not sent yet.
    await expect(inspector.get('live-device')).not.toHaveAttribute('data-ok', 'false');
    await expect(inspector.get('live-pickup')).not.toHaveAttribute('data-ok', 'false');
    await inspector.picture('bound', true);
    await inspector.get('plate-matches').filter({ hasText: OTHER_TRUCK }).click();
    await expect(inspector.get('verdict')).toHaveAttribute('data-tone', 'hold');
    await inspector.picture('another-truck', true);
  });

  await test.step('the same picture half a minute later is refused', async () => {
    await expect(async () => {
      await inspector.get('scan-next').click();
      await expect(inspector.get('verdict')).toHaveAttribute('data-verdict', 'expired', { timeout: 10_000 });
    }).toPass({ timeout: 90_000 });
    await expect(inspector.get('live-trouble')).toContainText('30 giây');
    await expect(inspector.get('live-step')).toHaveAttribute('data-ok', 'false');
    await expect(inspector.get('live-signature')).toHaveAttribute('data-ok', 'true');
    await inspector.picture('old-picture', true);
    expect(picture.length).toBeGreaterThan(0);
  });

  await test.step('the gate finds the load by the screen alone', async () => {
    await gate.restart('/gate/scan');
    await holdUp(driver, camera, async () => {
      await gate.restart('/gate/scan');
      await expect(gate.get('live-found')).toBeVisible({ timeout: 15_000 });
    });
    await expect(gate.get('live-found')).toContainText(OTHER_TRUCK);
    await expect(gate.get('scan-manifest')).toContainText(load.number ?? '?');
    await gate.picture('live-found', true);
    await gate.get('scan-continue').click();
    await gate.get('confirm-arrival').click();
    await expect(gate.get('saved')).toHaveAttribute('data-progress', 'waiting');
  });

  await test.step('a driver who scans a live code is told what it is', async () => {
    await camera.show({ png: await screenOf(driver) });
    await driver.restart('/driver/scan');
    await expect(driver.get('scan-trouble')).toContainText('mã động', { timeout: 20_000 });
    await driver.picture('wrong-code', true);
  });
});
