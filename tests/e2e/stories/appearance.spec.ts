/** How the application looks and speaks: three languages, themes that stay, still screens, and a report of problems. */
import { readFile } from 'node:fs/promises';
import { issued, parties } from '../harness/loads';
import { seriousFaults, settled } from '../harness/audit';
import { expect, test } from '../harness/test';

const THEMES = ['light', 'dark', 'sun'] as const;

test('the picker shows three languages in themselves, and the choice stays', async ({ device, who }) => {
  const phone = await device('driver');
  await phone.signIn(who('driver'));
  await phone.goto('/account');
  for (const [tag, name, word] of [
    ['en', 'English', 'Account'],
    ['ko', '한국어', '내 정보'],
    ['vi', 'Tiếng Việt', 'Tài khoản'],
  ] as const) {
    await expect(phone.page.getByText(name, { exact: true })).toBeVisible();
    await phone.choose(`language-${tag}`);
    await expect(phone.page.locator('html')).toHaveAttribute('lang', tag);
    await expect(phone.page.locator('h1')).toHaveText(word);
    await phone.restart('/account');
    await expect(phone.page.locator('h1')).toHaveText(word);
    await phone.picture(`account-${tag}`, true);
  }
});

test('themes are kept on the device, hold still when asked to, and everybody can read them in every language', async ({
  api,
  device,
  who,
}) => {
  test.setTimeout(240_000);
  const people = await parties(api);
  const load = await issued(people);
  const store = await people.generator.ownSite();
  const phone = await device('driver', { at: store.centre });
  await phone.signIn(who('driver'));
  await expect(phone.load(load.id)).toBeVisible();
  for (const theme of THEMES) {
    await test.step(theme, async () => {
      await phone.goto('/account');
      await phone.choose(`theme-${theme}`);
      await phone.restart('/account');
      await expect(phone.page.locator('html')).toHaveAttribute('data-theme', theme);
      await expect(phone.get(`theme-${theme}`)).toBeChecked();
      for (const language of ['vi', 'en', 'ko']) {
        await phone.choose(`language-${language}`);
        for (const path of [
          '/account',
          '/driver',
          `/driver/trip/${load.id}`,
          `/driver/pickup/${load.id}`,
          '/outbox',
        ]) {
          await phone.goto(path);
          await settled(phone);
          expect.soft(await seriousFaults(phone), `${path} ${theme} ${language}`).toEqual([]);
          const beyond = await phone.page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect.soft(beyond, `${path} ${theme} ${language} is too wide`).toBe(0);
        }
        await phone.goto(`/driver/trip/${load.id}`);
        await phone.picture(`trip-${theme}-${language}`);
        await phone.goto('/account');
      }
    });
  }
  // The context asks for reduced motion: nothing may move for longer than an instant.
  await phone.goto('/driver');
  const moving = await phone.page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((element) => {
        const { animationDuration, transitionDuration } = getComputedStyle(element);
        const seconds = (text: string) => Math.max(...text.split(',').map((each) => Number.parseFloat(each)));
        return Math.max(seconds(animationDuration), seconds(transitionDuration)) > 0.01;
      }).length,
  );
  expect(moving).toBe(0);
});

test('a problem report names the version and the errors, and nobody', async ({ api, device, who }) => {
  const people = await parties(api);
  const load = await issued(people);
  const phone = await device('driver', { at: { lat: 20.9152, lon: 106.6342 } });
  phone.forgive(/status of 404|Nguyễn Văn A/);
  await phone.signIn(who('driver'));
  await phone.goto('/desk/manifests/01932c00-0000-7000-8000-000000000001');
  await expect(phone.get('problem')).toBeVisible();
  await phone.goto(`/driver/pickup/${load.id}`);
  await phone.get('comment').fill('Ghi chú của tôi 15C-777.77');
  await phone.page.evaluate(() => {
    setTimeout(() => {
      throw new Error('no plate 15C-123.45 for "Nguyễn Văn A" 0912345678');
    }, 0);
  });
  await phone.goto('/account');
  await expect(phone.get('storage')).toHaveAttribute('data-kept', /true|false/);
  await expect(phone.get('release')).toContainText(/\d+\.\d+\.\d+/);
  await phone.context.grantPermissions(['clipboard-read', 'clipboard-write', 'geolocation', 'camera']);
  await phone.get('report-copy').click();
  await expect(phone.get('report-told')).toContainText('Đã sao chép');
  const copied = await phone.page.evaluate(() => navigator.clipboard.readText());
  const downloading = phone.page.waitForEvent('download');
  await phone.get('report-save').click();
  const saved = await readFile(await (await downloading).path(), 'utf8');
  await phone.picture('report', true);

  for (const text of [copied, saved]) {
    const report = JSON.parse(text) as {
      release: string;
      role: string;
      log: { kind: string; what: string; where: string }[];
    };
    expect(report.release).toMatch(/^\d+\.\d+\.\d+$/);
    expect(report.role).toBe('driver');
    expect(report.log).toContainEqual(
      expect.objectContaining({ kind: 'problem', what: '404 not_found', where: 'GET /api/v1/manifests/:x' }),
    );
    expect(report.log.find(({ kind }) => kind === 'error')?.what).toContain(
      'no plate [number] for [text] [number]',
    );
    const { name } = people.driver.me.person;
    for (const secret of [name, who('driver').login, load.id, load.number ?? '?', load.qr?.short_code ?? '?'])
      expect(text).not.toContain(secret);
    for (const secret of ['15C', 'Nguyễn', '0912', 'Ghi chú', '01932c00']) expect(text).not.toContain(secret);
  }
});
