/** A yearly limit on a facility's permit: who declares more is told at the field, mends it there, and goes on. */
import { issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

test('a kilogram too many is told where it stands, and mended there', async ({ api, device, who }) => {
  const people = await parties(api);
  const last = await issued(people);

  await test.step('the authority registers a permit that limits the year', async () => {
    const desk = await device('authority', { kind: 'desk' });
    await desk.signIn(who('authority'));
    await desk.goto(`/authority/permits?organisation_id=${people.facility.organisation}`);
    await desk.get('add-permit').click();
    await desk.choose('permit-kind-treatment');
    await desk.get('permit-number').fill('77-77-77-XL');
    await desk.get('permit-from').fill(new Date().toISOString().slice(0, 10));
    await desk.get('permit-to').fill('2099-12-31');
    await desk.get('permit-quotas').fill('17 02 03');
    await desk.get('permit-send').click();
    await expect(desk.get('permit-quotas')).toHaveAttribute('aria-invalid', 'true');
    await desk.get('permit-quotas').fill('17 02 03: 500');
    await desk.picture('limit', true);
    await desk.get('permit-send').click();
    const card = desk.get('permit').filter({ hasText: '77-77-77-XL' });
    await expect(card.getByTestId('quota')).toContainText('500');
  });

  await test.step('501 kg are one too many: told at the mass, with what is wrong', async () => {
    const office = await device('generator', { kind: 'phone' });
    await office.signIn(who('generator'));
    await office.goto(`/desk/manifests/new?from=${last.id}`);
    await office.get('mass-0').fill('501');
    const propose = async () => {
      await office.get('step-next').click();
      await office.get('step-next').click();
      await office.get('save-propose').click();
    };
    office.forgive(/status of 422/);
    await propose();
    const mass = office.get('mass-0');
    await expect(mass).toHaveAttribute('aria-invalid', 'true');
    await expect(office.page.getByText('Vượt khối lượng được tiếp nhận trong năm').first()).toBeVisible();
    await office.picture('beyond', true);
    await mass.fill('500');
    await propose();
    await expect(office.page).toHaveURL(/\/desk\/manifests\/[0-9a-f-]{36}$/);
    const id = office.page.url().split('/').at(-1) ?? '';
    const seen = await people.generator.manifest(id);
    expect(seen.state).toBe('proposed');
    expect(seen.lines[0]?.declared_mass_g).toBe(500_000);
  });
});
