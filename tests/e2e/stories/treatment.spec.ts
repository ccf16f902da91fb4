/** After the gate: treated in two goes to the last gram, certified, and copy 4 is with the generator unasked. */
import { ends, issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

test('the facility treats a load in parts and signs; the generator finds copy 4', async ({
  api,
  device,
  who,
}) => {
  const people = await parties(api);
  const { facility } = await ends(people);
  const load = await issued(people);
  const desk = await device('facility', { kind: 'desk', at: facility.centre });
  await desk.signIn(who('facility'));
  await desk.goto(`/gate/arrival/${load.id}`);
  await desk.get('confirm-arrival').click();
  await desk.get('received-1').fill('480,5');
  await desk.get('confirm-decision').click();
  const recorded = () =>
    expect(desk.get('saved')).toHaveAttribute('data-progress', 'recorded', {
      timeout: 20_000,
    });
  await recorded();

  await test.step('a part is treated: what is left is known to the gram, and no gram more is taken', async () => {
    await desk.goto('/desk/treatment');
    const row = desk.get('treatment-treat').locator(`[data-id="${load.id}"]`);
    await expect(desk.get('treatment-treat')).toBeVisible();
    // The oldest stand first: this one is the last of a year.
    const more = desk.get('treat-more');
    while ((await more.isVisible()) && !(await row.isVisible())) await more.click();
    await row.click();
    await desk.get('act-treat').click();
    await desk.get('treat-send').click();
    await expect(desk.get('treat-nothing')).toBeVisible();
    await desk.get('treated-1').fill('480,501');
    await expect(desk.get('treated-1')).toHaveAttribute('aria-invalid', 'true');
    await desk.get('treated-1').fill('400,25');
    await desk.get('method-1').selectOption('TĐ');
    await desk.picture('treating', true);
    await desk.get('treat-send').click();
    await recorded();
    await desk.goto(`/desk/manifests/${load.id}`);
    await expect(desk.get('treated')).toContainText('400,25');
    await expect(desk.get('stock')).toContainText('80,25');
  });

  await test.step('the rest in one press; then the certificate, and only then', async () => {
    await desk.goto(`/desk/manifests/${load.id}/close`);
    await expect(desk.get('close-send')).toBeHidden();
    await desk.goto(`/desk/manifests/${load.id}/treat`);
    await desk.get('treat-all').click();
    await desk.get('treat-send').click();
    await recorded();
    await desk.goto('/desk/treatment');
    await desk.get('treatment-certify').locator(`[data-id="${load.id}"]`).click();
    await desk.get('act-close').click();
    await desk.get('close-name').fill('Phụ trách xử lý 1');
    await desk.picture('certificate', true);
    await desk.get('close-send').click();
    await recorded();
    const seen = await people.generator.manifest(load.id);
    expect(seen.state).toBe('closed');
    expect(await people.facility.openFindings(load.id)).not.toContain('mass_balance_gap');
  });

  await test.step('copy 4 is with the generator, who asked for nothing', async () => {
    const office = await device('generator', { kind: 'phone' });
    await office.signIn(who('generator'));
    await office.goto('/desk/copies');
    await office.page.locator(`[data-testid="manifest-row"][data-id="${load.id}"]`).last().click();
    await office.get('act-copy4').click();
    await expect(office.get('copy4-signed')).toContainText('Phụ trách xử lý 1');
    await expect(office.get('treated-line-1')).toContainText('400,25');
    await expect(office.get('treated-line-1')).toContainText('80,25');
    await office.picture('copy-4', true);
  });
});
