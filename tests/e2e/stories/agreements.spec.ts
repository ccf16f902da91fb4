/** An agreement written by one side and confirmed by the other; under it a load is declared again in a few seconds. */
import { issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

/** From the home of the office until the driver holds the code, milliseconds: the promise of the application. */
const PROMISED_MS = 15_000;
const PROMISED_TAPS = 3;

test('again like last time: the code is on the driver’s phone within three taps and fifteen seconds', async ({
  api,
  device,
  who,
}) => {
  const people = await parties(api);
  // The load of last time: both sides had to say yes.
  const last = await issued(people);
  const office = await device('generator', { kind: 'phone' });
  await office.signIn(who('generator'));

  await test.step('the generator writes an agreement down; it counts once the facility has confirmed it', async () => {
    const facility = people.facility.me.person.roles[0]?.organisation_name ?? '';
    await office.goto('/desk/agreements');
    await office.get('add-agreement').click();
    await office.get('agreement-with').fill(facility);
    await office.page.getByRole('option', { name: facility }).first().click();
    await office.get('agreement-number').fill('HĐ-01/2026 (hư cấu)');
    await office.get('agreement-to').fill('2099-12-31');
    await office.get('agreement-codes').fill('17 02 03');
    await office.picture('new-agreement', true);
    await office.get('agreement-send').click();
    const card = office.get('agreement').filter({ hasText: 'HĐ-01/2026' });
    await expect(card.getByTestId('standing')).toHaveText(/Chờ bên kia/);
    await expect(card.getByTestId('confirm-agreement')).toBeHidden();

    const desk = await device('facility', { kind: 'desk' });
    await desk.signIn(who('facility'));
    await desk.goto('/desk/agreements');
    await desk.get('agreement').filter({ hasText: 'HĐ-01/2026' }).getByTestId('confirm-agreement').click();
    await expect(desk.get('agreement').filter({ hasText: 'HĐ-01/2026' }).getByTestId('standing')).toHaveText(
      /Đang có hiệu lực/,
    );
    await desk.picture('confirmed', true);
  });

  const driver = await device('driver');
  await driver.signIn(who('driver'));
  await expect(driver.load(last.id)).toBeVisible();
  await driver.quiet();

  await test.step('from home: one tap fills everything in, one sends it, and the driver has the code', async () => {
    let taps = 0;
    const tap = async (testid: string) => {
      taps += 1;
      await office.get(testid).click();
    };
    const began = Date.now();
    await office.goto('/desk');
    await tap(`again-${last.id}`);
    await tap('save-propose');
    await expect(office.page).toHaveURL(/\/desk\/manifests\/[0-9a-f-]{36}$/);
    const id = office.page.url().split('/').at(-1) ?? '';
    await expect(driver.load(id)).toBeVisible({ timeout: PROMISED_MS });
    await driver.goto(`/driver/code/${id}`);
    await expect(driver.get('qr')).toBeVisible();
    const took = Date.now() - began;
    console.log(
      `again like last time: ${taps} taps, ${(took / 1000).toFixed(1)} s until the driver holds the code`,
    );
    expect(taps).toBeLessThanOrEqual(PROMISED_TAPS);
    expect(took).toBeLessThan(PROMISED_MS);
    const seen = await people.generator.manifest(id);
    expect(seen.state).toBe('issued');
    expect(seen.number).not.toBeNull();
    expect(seen.lines[0]?.declared_mass_g).toBe(last.lines[0]?.declared_mass_g);
    expect(seen.driver?.id).toBe(last.driver?.id);
    await office.picture('issued', true);
    await driver.picture('code');
  });
});
