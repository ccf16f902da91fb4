/** A phone whose first fix comes late: the driver does not wait for it, the evidence does. */
import { ends, issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

/** How long the satellites take, milliseconds. */
const DELAY_MS = 45_000;

test('a fix delayed by 45 s: the pickup is saved within 10 s and has grade A after the supplement', async ({
  api,
  device,
  who,
  camera,
}) => {
  test.setTimeout(180_000);
  const people = await parties(api);
  const { store } = await ends(people);
  const load = await issued(people);
  const driver = await device('driver', { at: store.centre });
  await driver.signIn(who('driver'));
  await expect(driver.load(load.id)).toBeVisible();
  await driver.context.addInitScript(holdPositionsBack, Date.now() + DELAY_MS);

  await camera.show({ png: await people.generator.png(`/manifests/${load.id}/qr.png`) });
  await driver.goto(`/driver/scan?for=${load.id}`);
  await expect(driver.get('scan-manifest')).toBeVisible({ timeout: 20_000 });
  await camera.show({ text: store.code ?? '' });
  await driver.get('scan-continue').click();
  await driver.get('scan-more').click();
  await expect(driver.get('confirm-pickup')).toBeVisible({ timeout: 20_000 });
  await camera.showNothing();
  await expect(driver.get('position').first()).toHaveAttribute('data-status', 'searching');
  await driver.get('confirmation-code').check();
  await driver.get('pickup-code').fill(load.pickup_code ?? '');

  const pressed = Date.now();
  await driver.get('confirm-pickup').click();
  await expect(driver.get('saved')).toBeVisible({ timeout: 10_000 });
  expect(Date.now() - pressed).toBeLessThan(10_000);
  await expect(driver.get('supplement-pending')).toBeVisible();
  await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
  await expect(driver.get('grade')).toContainText('B');
  await driver.picture('saved-without-position', true);
  expect((await people.generator.events(load.id)).map((event) => event.evidence_grade)).toEqual(['B']);
  expect(await people.generator.openFindings(load.id)).toEqual(['position_missing']);

  await expect(driver.get('supplement')).toBeVisible({ timeout: DELAY_MS + 10_000 });
  await expect(driver.get('grade')).toContainText('A', { timeout: 20_000 });
  await driver.picture('supplemented', true);
  const pickup = (await people.generator.events(load.id)).find((event) => event.kind === 'pickup');
  expect(pickup?.evidence_grade).toBe('A');
  expect(await people.generator.openFindings(load.id)).toEqual([]);
});

/** Runs in every page from now on: positions exist, but none is told before the given time. */
function holdPositionsBack(until: number): void {
  const real = navigator.geolocation;
  const left = () => Math.max(0, until - Date.now());
  const timedOut = (fail?: PositionErrorCallback | null) =>
    fail?.({ code: 3, message: 'timeout' } as GeolocationPositionError);
  const late: Geolocation = {
    getCurrentPosition(found, fail, options) {
      const budget = options?.timeout ?? Infinity;
      if (budget < left()) setTimeout(() => timedOut(fail), budget);
      else setTimeout(() => real.getCurrentPosition(found, fail, options), left());
    },
    watchPosition(found, fail, options) {
      let inner: number | null = null;
      const timer = window.setTimeout(() => (inner = real.watchPosition(found, fail, options)), left());
      watches.set(timer, () => inner !== null && real.clearWatch(inner));
      return timer;
    },
    clearWatch(id) {
      clearTimeout(id);
      watches.get(id)?.();
    },
  };
  const watches = new Map<number, () => void>();
  Object.defineProperty(navigator, 'geolocation', { value: late });
}
