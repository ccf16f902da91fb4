/** The main job as its people do it: one load from the declaration to the scale, part of the way without a network. */
import type { Api } from '../harness/api';
import { parties, PLATE } from '../harness/loads';
import type { Device } from '../harness/phone';
import { expect, test } from '../harness/test';

/** Picks the option of a combobox that begins with what is typed. */
async function choose(desk: Device, testid: string, typed: string): Promise<void> {
  await desk.get(testid).fill(typed);
  await desk.page.getByRole('option').filter({ visible: true }).first().click();
}

/** What the server holds about a manifest's custody, oldest first. */
async function custody(api: Api, id: string): Promise<string[]> {
  return (await api.events(id)).map((event) => `${event.kind} ${event.evidence_grade ?? '-'}`);
}

test('a load is declared, sealed, picked up without a network, delivered and weighed', async ({
  device,
  api,
  who,
  camera,
}) => {
  test.setTimeout(240_000);
  const people = await parties(api);
  const store = await people.generator.ownSite();
  const facility = await people.facility.ownSite();
  let id = '';
  let pickupCode = '';

  const generator = await device('generator');
  await test.step('the generator declares the load in the form', async () => {
    await generator.signIn(who('generator'));
    await generator.picture('inbox');
    await generator.goto('/desk/manifests/new');
    await choose(generator, 'carrier', 'Đất Cảng');
    await choose(generator, 'facility-site', 'Nam Đình Vũ');
    await generator.picture('declare-parties');
    await generator.get('step-next').click();
    await choose(generator, 'waste-code-0', '170203');
    await generator.get('physical-0-liquid').check();
    await generator.get('mass-0').fill('481');
    await generator.get('packaging-0').selectOption('drum');
    await generator.get('packages-0').fill('4');
    await generator.get('method-0').selectOption('TC');
    await generator.picture('declare-waste', true);
    await generator.get('step-next').click();
    await generator.get('plate-0').fill(PLATE);
    await generator.get('route-select').selectOption({ label: 'KCN Nam Cầu Kiền → KCN Nam Đình Vũ' });
    await generator.picture('declare-trip', true);
    await generator.get('step-next').click();
    await generator.picture('declare-review', true);
    await generator.get('save-propose').click();
    await generator.page.waitForURL(/\/desk\/manifests\/[0-9a-f-]{36}$/);
    id = generator.page.url().split('/').at(-1) ?? '';
    await expect(generator.get('state').first()).toHaveAttribute('data-state', 'proposed');
    await generator.picture('proposed', true);
  });

  await test.step('the facility approves and the load has its signed code', async () => {
    const desk = await device('facility', { kind: 'desk' });
    await desk.signIn(who('facility'));
    await desk.goto(`/desk/manifests/${id}`);
    await desk.get('act-approve').click();
    await expect(desk.get('state').first()).toHaveAttribute('data-state', 'issued');
    await expect(desk.get('short-code')).toBeVisible();
    await desk.picture('issued', true);
    await generator.goto(`/desk/manifests/${id}`);
    await expect(generator.get('qr')).toBeVisible();
    pickupCode = ((await generator.get('pickup-code').textContent()) ?? '').replace(/\D/g, '');
    expect(pickupCode).toMatch(/^\d{6}$/);
    await generator.picture('issued', true);
  });

  await test.step('the dispatcher names the driver', async () => {
    const desk = await device('dispatcher', { kind: 'desk' });
    await desk.signIn(who('carrier'));
    await desk.goto(`/desk/manifests/${id}`);
    await desk.get('act-assign').click();
    await desk.get('assign-driver').selectOption(people.driver.me.person.id);
    await desk.get('assign-plate').selectOption(PLATE);
    await desk.picture('assign');
    await desk.get('assign-send').click();
    await expect(desk.get('assign-dialog')).toBeHidden();
    await desk.context.close();
  });

  const driver = await device('driver', { at: store.centre });
  await test.step('the driver signs in, has the trip, loses the network and starts the phone cold', async () => {
    await driver.signIn(who('driver'));
    await expect(driver.load(id)).toBeVisible();
    await expect(driver.get('device-missing')).toHaveCount(0);
    await driver.armed();
    await driver.picture('trips');
    await driver.load(id).click();
    await expect(driver.get('trip-scan')).toBeVisible();
    await driver.picture('trip', true);
    await driver.offline();
    await driver.restart('/driver');
    await expect(driver.load(id)).toBeVisible();
    await driver.picture('trips-offline');
  });

  await test.step('scans the load and the wall of the store, takes the six digits and picks up', async () => {
    await camera.show({ png: await people.generator.png(`/manifests/${id}/qr.png`) });
    await driver.get('scan').click();
    await expect(driver.get('scan-manifest')).toBeVisible({ timeout: 20_000 });
    await driver.picture('scan-manifest');
    await camera.show({ text: store.code ?? '' });
    await driver.get('scan-continue').click();
    await driver.get('scan-more').click();
    await expect(driver.get('confirm-pickup')).toBeVisible({ timeout: 20_000 });
    await expect(driver.get('slot-manifest')).toHaveAttribute('data-taken', 'true');
    await expect(driver.get('slot-site')).toHaveAttribute('data-taken', 'true');
    await driver.get('confirmation-code').check();
    await driver.get('pickup-code').fill(pickupCode);
    await expect(driver.get('position').first()).toHaveAttribute('data-status', 'fix');
    await driver.picture('pickup', true);
    await driver.get('confirm-pickup').click();
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'waiting');
    await expect(driver.get('saved')).toContainText('đã lưu trên máy này', { ignoreCase: true });
    await driver.picture('saved-offline', true);
  });

  await test.step('the saved pickup survives a restart and reaches the server exactly once', async () => {
    await driver.restart('/driver');
    await expect(driver.get('sync-pill')).toHaveAttribute('data-waiting', '1');
    await expect(driver.load(id).getByTestId('state')).toHaveAttribute('data-state', 'in_transit');
    await driver.goto('/outbox');
    await driver.picture('outbox-offline');
    expect(await custody(people.generator, id)).toEqual([]);
    await driver.offline(false);
    await expect(driver.get('sync-pill')).toHaveAttribute('data-waiting', '0', { timeout: 20_000 });
    expect(await custody(people.generator, id)).toEqual(['pickup A']);
    await driver.restart('/outbox');
    await driver.page.waitForTimeout(500);
    expect(await custody(people.generator, id)).toEqual(['pickup A']);
    expect(await people.generator.openFindings(id)).toEqual([]);
    expect((await people.generator.manifest(id)).state).toBe('in_transit');
    await driver.picture('outbox-sent');
  });

  await test.step('the driver shows the code from which the generator takes its copy 3', async () => {
    await driver.goto(`/driver/code/${id}`);
    await expect(driver.get('code-short')).toBeVisible();
    await driver.show('driver');
  });

  await test.step('delivers inside the geofence with the code on the facility’s wall: grade A, no findings', async () => {
    await driver.stand(facility.centre);
    await camera.show({ png: await people.generator.png(`/manifests/${id}/qr.png`) });
    await driver.goto(`/driver/scan?for=${id}`);
    await expect(driver.get('scan-manifest')).toBeVisible({ timeout: 20_000 });
    await camera.show({ text: facility.code ?? '' });
    await driver.get('scan-continue').click();
    await driver.get('scan-more').click();
    await expect(driver.get('confirm-delivery')).toBeVisible({ timeout: 20_000 });
    await driver.picture('delivery', true);
    await driver.get('confirm-delivery').click();
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
    await expect(driver.get('grade')).toContainText('A');
    await driver.picture('delivered', true);
    expect(await custody(people.generator, id)).toEqual(['pickup A', 'delivery A']);
    expect(await people.generator.openFindings(id)).toEqual([]);
  });

  await test.step('the gate weighs 430.5 kg where 481 kg were declared: both stay, the difference is a finding', async () => {
    const gate = await device('gate', { at: facility.centre });
    await gate.signIn(who('facility'));
    await expect(gate.load(id)).toBeVisible();
    await gate.picture('arrivals', true);
    await camera.show({ png: await people.generator.png(`/manifests/${id}/qr.png`) });
    await gate.get('scan').click();
    await gate.get('scan-continue').click({ timeout: 20_000 });
    await gate.get('gross').fill('5630,5');
    await gate.get('tare').fill('5200');
    await expect(gate.get('net')).toContainText('430,5');
    await gate.get('share').click();
    await expect(gate.get('received-1')).toHaveValue('430,5');
    await expect(gate.get('difference')).toContainText('50,5');
    await gate.get('comment').fill('Cân tại trạm, thùng không đầy.');
    await gate.picture('weighing', true);
    await gate.show('gate');
    await gate.get('confirm-decision').click();
    await expect(gate.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
    await expect(gate.finding('discrepancy')).toBeVisible();
    await gate.picture('accepted', true);

    const seen = await people.generator.manifest(id);
    expect(seen.state).toBe('accepted');
    expect(seen.lines[0]).toMatchObject({ declared_mass_g: 481_000, received_mass_g: 430_500 });
    expect(await people.generator.openFindings(id)).toEqual(['discrepancy']);
    await generator.goto(`/desk/manifests/${id}`);
    await expect(generator.get('declared')).toContainText('481');
    await expect(generator.get('received')).toContainText('430,5');
    await expect(generator.finding('discrepancy')).toBeVisible();
    await generator.picture('accepted', true);
  });
});
