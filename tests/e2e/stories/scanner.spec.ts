/** The ways a code gets into the phone besides a steady look through the camera: a photo, and light in the dark. */
import { ends, issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

test('a photo of the code is as good as the camera; one without a code says what to do', async ({
  api,
  device,
  who,
  camera,
}) => {
  const people = await parties(api);
  const { store } = await ends(people);
  const load = await issued(people);
  await camera.showNothing();
  const driver = await device('driver', { at: store.centre });
  await driver.signIn(who('driver'));
  await expect(driver.load(load.id)).toBeVisible();
  await driver.armed();
  await driver.offline();
  await driver.goto('/driver/scan');

  await driver.get('photo').setInputFiles({
    name: 'IMG_0001.png',
    mimeType: 'image/png',
    buffer: await driver.page.screenshot({ animations: 'disabled' }),
  });
  await expect(driver.get('photo-empty')).toBeVisible({ timeout: 20_000 });
  await driver.picture('photo-without-code');
  await driver.get('photo').setInputFiles({
    name: 'IMG_0002.png',
    mimeType: 'image/png',
    buffer: await people.generator.png(`/manifests/${load.id}/qr.png`),
  });
  await expect(driver.get('scan-manifest')).toContainText(load.number ?? '?', { timeout: 20_000 });
  await expect(driver.get('photo-empty')).toBeHidden();
  await driver.get('scan-continue').click();
  await expect(driver.get('slot-manifest')).toHaveAttribute('data-taken', 'true');
  await driver.get('confirmation-none').check();
  await driver.get('confirm-pickup').click();
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'waiting');
  await driver.offline(false);
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
  // The code counts as seen: without it the evidence would rest on the position alone just the same, so ask the server.
  const [pickup] = await people.generator.events(load.id);
  expect(pickup?.kind).toBe('pickup');
  expect(await people.generator.openFindings(load.id)).toEqual(['counterparty_missing']);
});

test('the lamp: only where the camera has one, and the button shows what the lamp does', async ({
  device,
  who,
  camera,
}) => {
  await camera.showNothing();
  const dark = await device('without-lamp');
  await dark.signIn(who('driver'));
  await dark.goto('/driver/scan');
  await expect(dark.page.locator('video')).toHaveJSProperty('paused', false, { timeout: 20_000 });
  await expect(dark.get('torch')).toHaveCount(0);

  const lit = await device('with-lamp');
  await lit.context.addInitScript(giveTheTrackALamp);
  await lit.signIn(who('driver'));
  await lit.goto('/driver/scan');
  await expect(lit.get('torch')).toHaveAttribute('aria-pressed', 'false', { timeout: 20_000 });
  await lit.picture('lamp-off');
  await lit.get('torch').click();
  await expect(lit.get('torch')).toHaveAttribute('aria-pressed', 'true');
  expect(await wishes(lit.page)).toEqual([true]);
  await lit.picture('lamp-on');
  await lit.get('torch').click();
  await expect(lit.get('torch')).toHaveAttribute('aria-pressed', 'false');
  expect(await wishes(lit.page)).toEqual([true, false]);

  // A lamp that does not obey: a hot phone switches it off by itself.
  await lit.page.evaluate(() => Object.assign(window, { lampBroken: true }));
  await lit.get('torch').click();
  await expect.poll(() => wishes(lit.page)).toEqual([true, false, true]);
  await expect(lit.get('torch')).toHaveAttribute('aria-pressed', 'false');
});

interface Lamp {
  lampWishes: boolean[];
  lampBroken?: boolean;
}
const wishes = (page: { evaluate<T>(work: () => T): Promise<T> }) =>
  page.evaluate(() => (window as unknown as Lamp).lampWishes);

/** Runs in the page: the camera that plays a file has no lamp; its track gets one that remembers what it was told. */
function giveTheTrackALamp(): void {
  const lamp = Object.assign(window, { lampWishes: [] as boolean[] }) as unknown as Lamp;
  const track = MediaStreamTrack.prototype;
  const capabilities = track.getCapabilities;
  const apply = track.applyConstraints;
  track.getCapabilities = function () {
    return { ...capabilities.call(this), torch: true } as MediaTrackCapabilities;
  };
  track.applyConstraints = function (constraints) {
    const [wish] = (constraints?.advanced ?? []) as { torch?: boolean }[];
    if (wish?.torch === undefined) return apply.call(this, constraints);
    lamp.lampWishes.push(wish.torch);
    return lamp.lampBroken ? Promise.reject(new OverconstrainedError('torch')) : Promise.resolve();
  };
}
