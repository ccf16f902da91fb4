/** Something goes wrong on the way: whom to call stands first, the report is saved without a network and read by all. */
import { issued, parties } from '../harness/loads';
import { expect, test } from '../harness/test';

/** What the page says aloud. The phone's own voice still speaks, where the machine has one. */
interface Mouth {
  said: string[];
}

test('a driver without a network reports a spill, hears that it is saved, and the generator reads it', async ({
  device,
  api,
  who,
}) => {
  const people = await parties(api);
  const load = await issued(people);
  const { centre } = await people.generator.ownSite();
  const driver = await device('driver', { at: centre });
  await driver.context.addInitScript(() => {
    const mouth = globalThis as unknown as Mouth;
    mouth.said = [];
    const speak = speechSynthesis.speak.bind(speechSynthesis);
    speechSynthesis.speak = (utterance) => {
      mouth.said.push(`${utterance.lang}: ${utterance.text}`);
      speak(utterance);
    };
  });
  await driver.signIn(who('driver'));
  await expect(driver.load(load.id)).toBeVisible();
  await driver.armed();

  await test.step('without a network: what happened, whom to call, a few words', async () => {
    await driver.offline();
    await driver.restart('/driver');
    await driver.load(load.id).click();
    await driver.get('report-incident').click();
    await driver.get('confirm-incident').click();
    await expect(driver.page.getByRole('alert').first()).toContainText('Chọn một loại sự cố');
    await driver.choose('incident-other');
    await driver.get('confirm-incident').click();
    await expect(driver.page.getByRole('alert').first()).toContainText('Hãy viết chuyện gì đã xảy ra');
    await driver.choose('incident-spill');
    await expect(driver.get('call-114')).toHaveAttribute('href', 'tel:114');
    await expect(driver.get('call-115')).toHaveAttribute('href', 'tel:115');
    await expect(driver.get('call-113')).toHaveCount(0);
    await driver.get('comment').fill('Thùng số 2 rò dầu, đã rải cát.');
    await driver.picture('incident', true);
  });

  await test.step('a report half written survives a restart', async () => {
    await driver.restart(`/driver/incident/${load.id}`);
    await expect(driver.get('incident-spill')).toBeChecked();
    await expect(driver.get('comment')).toHaveValue('Thùng số 2 rò dầu, đã rải cát.');
    await driver.get('confirm-incident').click();
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'waiting');
    expect(await driver.page.evaluate(() => (globalThis as unknown as Mouth).said)).toEqual(['vi: Đã lưu']);
    await driver.picture('saved', true);
  });

  await test.step('with a network it is recorded once, moves nothing, and the generator reads it', async () => {
    await driver.offline(false);
    await expect(driver.get('saved')).toHaveAttribute('data-progress', 'recorded', { timeout: 20_000 });
    const desk = await device('generator', { kind: 'desk' });
    await desk.signIn(who('generator'));
    await desk.goto(`/desk/manifests/${load.id}`);
    const told = desk.get('event-incident');
    await expect(told).toHaveCount(1);
    await expect(told).toContainText('Sự cố: Rò rỉ, đổ tràn');
    await expect(told).toContainText('đã rải cát');
    await expect(desk.get('state').first()).toHaveAttribute('data-state', 'issued');
    await desk.picture('incident', true);
  });

  await test.step('the voice can be switched off', async () => {
    await driver.goto('/account');
    await driver.choose('voice-off');
    await driver.goto(`/driver/incident/${load.id}`);
    await driver.choose('incident-road');
    await driver.get('confirm-incident').click();
    await expect(driver.get('saved')).toBeVisible();
    expect(await driver.page.evaluate(() => (globalThis as unknown as Mouth).said)).toEqual([]);
  });
});
