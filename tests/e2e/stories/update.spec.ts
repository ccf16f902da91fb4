/** A new version while work is under way: the person decides when, and nothing is lost on the way. */
import { buildNext, NEXT_RELEASE, startFront } from '../harness/front';
import { ends, issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

test.beforeAll(async () => {
  test.setTimeout(240_000);
  await buildNext();
});

test('an update waits for the person’s word; outbox, half-filled form and scanned codes survive it', async ({
  server,
  api,
  device,
  who,
  camera,
}) => {
  test.setTimeout(180_000);
  const people = await parties(api);
  const { store } = await ends(people);
  const [sent, half] = [await issued(people), await issued(people)];
  const front = await startFront(server);
  const driver = await device('driver', { at: store.centre, origin: front.origin });
  driver.forgive(/status of 503/);
  await driver.signIn(who('driver'));
  await expect(driver.load(half.id)).toBeVisible();
  await driver.armed();
  const html = driver.page.locator('html');
  const first = await html.getAttribute('data-release');
  expect(first).not.toBe(NEXT_RELEASE);

  await test.step('one pickup waits in the outbox, the next is half filled in', async () => {
    front.away(true);
    await driver.goto(`/driver/pickup/${sent.id}`);
    await driver.get('confirmation-none').check();
    await driver.get('confirm-pickup').click();
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'waiting');
    await camera.show({ png: await people.generator.png(`/manifests/${half.id}/qr.png`) });
    await driver.goto(`/driver/scan?for=${half.id}`);
    await expect(driver.get('scan-manifest')).toBeVisible({ timeout: 20_000 });
    await driver.get('scan-continue').click();
    await camera.showNothing();
    await driver.get('loaded-1').fill('470,5');
    await driver.get('packages').fill('5');
    await driver.get('plate').fill('15C-222.22');
    await driver.get('confirmation-code').check();
    await driver.get('pickup-code').fill('1234');
    await driver.get('comment').fill('Thùng số 3 móp');
  });

  await test.step('the new version arrives and is offered, not forced', async () => {
    front.release();
    await driver.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    await expect(driver.get('update')).toBeVisible({ timeout: 30_000 });
    await driver.picture('offered');
    await expect(html).toHaveAttribute('data-release', first ?? '?');
    await expect(driver.get('confirm-pickup')).toBeInViewport();
    await driver.get('update-later').click();
    await expect(driver.get('update')).toBeHidden();
    await driver.goto(`/driver/pickup/${half.id}`);
    await expect(html).toHaveAttribute('data-release', first ?? '?');
    await expect(driver.get('update')).toBeVisible();
  });

  await test.step('accepted, the new version runs and everything is where it was', async () => {
    await driver.get('update-now').click();
    await expect(html).toHaveAttribute('data-release', NEXT_RELEASE, { timeout: 20_000 });
    expect(new URL(driver.page.url()).pathname).toBe(`/driver/pickup/${half.id}`);
    await expect(driver.get('loaded-1')).toHaveValue('470,5');
    await expect(driver.get('packages')).toHaveValue('5');
    await expect(driver.get('plate')).toHaveValue('15C-222.22');
    await expect(driver.get('confirmation-code')).toBeChecked();
    await expect(driver.get('pickup-code')).toHaveValue('1234');
    await expect(driver.get('comment')).toHaveValue('Thùng số 3 móp');
    await expect(driver.get('slot-manifest')).toHaveAttribute('data-taken', 'true');
    await expect(driver.get('sync-pill')).toHaveAttribute('data-waiting', '1');
    await expect(driver.get('update')).toBeHidden();
    await driver.picture('updated', true);
  });

  await test.step('what waited is sent once, the form is finished, and it begins empty the next time', async () => {
    front.away(false);
    await driver.get('pickup-code').fill((await people.generator.manifest(half.id)).pickup_code ?? '');
    await driver.get('confirm-pickup').click();
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 30_000 });
    await expect(driver.get('sync-pill')).toHaveAttribute('data-waiting', '0', { timeout: 20_000 });
    const kinds = async (id: string) => (await people.generator.events(id)).map(({ kind }) => kind);
    expect(await kinds(sent.id)).toEqual(['pickup']);
    expect(await kinds(half.id)).toEqual(['pickup']);
    expect((await people.generator.manifest(half.id)).lines[0]?.loaded_mass_g).toBe(470_500);
    await driver.goto(`/driver/pickup/${half.id}`);
    await expect(driver.get('comment')).toHaveValue('');
  });
  await driver.context.close();
  await front.close();
});
