/** The gate's decisions on several lines: shared to the gram, accepted in part, refused with a reason. */
import { ends, issued, parties, type LineOptions } from '../harness/loads';
import { expect, test } from '../harness/test';

const LINES: LineOptions[] = [
  {
    waste_code: '17 02 03',
    name: 'Dầu động cơ, hộp số, bôi trơn thải',
    physical_state: 'liquid',
    declared_mass_g: 300_000,
  },
  {
    waste_code: '18 02 01',
    name: 'Giẻ lau, vật liệu lọc nhiễm thành phần nguy hại',
    physical_state: 'solid',
    declared_mass_g: 120_000,
  },
  {
    waste_code: '16 01 06',
    name: 'Bóng đèn huỳnh quang thải',
    physical_state: 'solid',
    declared_mass_g: 61_000,
  },
];

test('partial acceptance: the net is shared over the lines, accepted and refused make up what was received', async ({
  api,
  device,
  who,
}) => {
  const people = await parties(api);
  const { facility } = await ends(people);
  const load = await issued(people, { lines: LINES });
  const gate = await device('gate', { at: facility.centre });
  await gate.signIn(who('facility'));
  await expect(gate.load(load.id)).toBeVisible();
  await gate.load(load.id).click();
  await expect(gate.get('no-pickup')).toBeVisible();
  await gate.get('comment').fill('Xe đến sớm');
  await gate.get('confirm-arrival').click();

  await test.step('gross and tare: the net is shared over three lines to the gram', async () => {
    await gate.get('gross').fill('5677,7');
    await gate.get('tare').fill('5200');
    await expect(gate.get('net')).toContainText('477,7');
    await gate.get('ticket').fill('PC-0119');
    await gate.get('share').click();
    const shares = await Promise.all([1, 2, 3].map((line) => gate.get(`received-${line}`).inputValue()));
    const grams = shares.map((text) => Math.round(Number(text.replace(',', '.')) * 1000));
    expect(grams.reduce((sum, each) => sum + each, 0)).toBe(477_700);
    await expect(gate.get('sum')).toContainText('477,7');
    await gate.picture('shared', true);
  });

  await test.step('a sum that is not the net, a refusal without a mass and one without a reason are caught', async () => {
    await gate.get('received-3').fill('60');
    await gate.get('received-2').fill('118,7');
    await gate.get('received-1').fill('299');
    await gate.choose('decision-partial_acceptance');
    await gate.get('confirm-decision').click();
    await expect(gate.get('form-wrong')).toBeVisible();
    await expect(gate.get('reason')).toHaveAttribute('aria-invalid', 'true');
    await gate.get('refused-2').fill('118,701');
    await expect(gate.get('refused-2')).toHaveAttribute('aria-invalid', 'true');
    await gate.get('refused-2').fill('18,725');
    await gate.get('received-1').fill('298');
    await expect(gate.get('sum-differs')).toBeVisible();
    await gate.picture('caught', true);
    await gate.get('received-1').fill('299');
    await expect(gate.get('sum-differs')).toBeHidden();
    await gate.get('reason').fill('Giẻ lau lẫn bao bì sơn, không đúng mã');
    await gate.get('comment').fill('Ba thùng trả lại xe');
    await expect(gate.get('accepted')).toContainText('458,975');
    await gate.picture('partial', true);
  });

  await test.step('saved, and the same to the gram on the server and in the generator’s office', async () => {
    await gate.get('confirm-decision').click();
    await expect(gate.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
    const seen = await people.generator.manifest(load.id);
    expect(seen.state).toBe('partly_accepted');
    expect(seen.lines.map((line) => [line.received_mass_g, line.refused_mass_g ?? 0])).toEqual([
      [299_000, 0],
      [118_700, 18_725],
      [60_000, 0],
    ]);
    const office = await device('generator', { kind: 'desk' });
    await office.signIn(who('generator'));
    await office.goto(`/desk/manifests/${load.id}`);
    const event = office.get('event-partial_acceptance');
    await expect(event.getByTestId('event-reason')).toContainText('Giẻ lau lẫn bao bì sơn');
    await expect(event).toContainText('18,725');
    await office.picture('seen-by-the-generator', true);
  });
});

test('a rejection needs a reason and refuses everything that was weighed', async ({ api, device, who }) => {
  const people = await parties(api);
  const { facility } = await ends(people);
  const load = await issued(people);
  const gate = await device('gate', { at: facility.centre });
  await gate.signIn(who('facility'));
  await gate.goto(`/gate/arrival/${load.id}`);
  await gate.get('confirm-arrival').click();
  await gate.get('received-1').fill('481');
  await gate.choose('decision-rejection');
  await gate.get('confirm-decision').click();
  await expect(gate.get('reason')).toHaveAttribute('aria-invalid', 'true');
  await gate.get('reason').fill('Thùng rò rỉ');
  await gate.picture('rejecting', true);
  await gate.get('confirm-decision').click();
  await expect(gate.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
  const seen = await people.generator.manifest(load.id);
  expect(seen.state).toBe('rejected');
  expect(seen.lines[0]).toMatchObject({ received_mass_g: 481_000, refused_mass_g: 481_000 });
});
