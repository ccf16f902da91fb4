/** Every page that a menu leads to, for every role: filled, without errors, usable by everybody. */
import { seriousFaults, settled } from '../harness/audit';
import type { Device, DeviceOptions } from '../harness/phone';
import { expect, test } from '../harness/test';

const ROLES: { role: string; kind: DeviceOptions['kind'] }[] = [
  { role: 'generator', kind: 'desk' },
  { role: 'carrier', kind: 'desk' },
  { role: 'driver', kind: 'phone' },
  { role: 'facility', kind: 'phone' },
  { role: 'inspector', kind: 'phone' },
  { role: 'authority', kind: 'desk' },
  { role: 'admin', kind: 'desk' },
];

/** The menu's entries as addresses. */
async function menu(device: Device): Promise<string[]> {
  const links = await device.page
    .locator('nav a[data-testid^="nav-"]')
    .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  expect(links.length).toBeGreaterThan(1);
  // The way to the entries for which a phone's bar has no room is not one of them.
  return links.filter((href) => href !== '/more');
}

for (const { role, kind } of ROLES) {
  test(`${role}: every entry of the menu leads to a filled page that everybody can read`, async ({
    device,
    who,
  }) => {
    // An office has a dozen pages, and each is judged nine times.
    test.setTimeout(420_000);
    const at = { lat: 20.8141, lon: 106.809 };
    const screen = await device(role, { ...(kind === undefined ? {} : { kind }), at });
    await screen.signIn(who(role));
    await settled(screen);
    const links = await menu(screen);
    for (const href of links) {
      await test.step(href, async () => {
        const entry = screen.page.locator(`nav a[href="${href}"]`);
        if (await entry.isVisible()) {
          await entry.click();
        } else {
          // A phone's bar holds five; the last leads to the page that lists them all.
          await screen.page.locator('nav a:visible').last().click();
          await screen.page.locator(`main a[href="${href}"]`).click();
        }
        await screen.page.waitForURL((url) => url.pathname === href);
        await settled(screen);
        await expect.soft(screen.page.getByTestId('problem'), href).toHaveCount(0);
        await expect.soft(screen.page.getByTestId('empty').filter({ visible: true }), href).toHaveCount(0);
        await expect(async () => {
          const words = (await screen.page.locator('main').innerText()).match(/\p{L}+/gu) ?? [];
          expect(words.length).toBeGreaterThan(7);
        }).toPass({ timeout: 10_000 });
        await screen.picture(`page${href.replaceAll('/', '-')}`, true);
      });
    }
    await test.step('every page in three languages and every theme', async () => {
      // Each theme once with each language: what a word or a colour breaks shows in its own pass.
      for (const [language, theme] of [
        ['vi', 'light'],
        ['en', 'dark'],
        ['ko', 'sun'],
      ] as const) {
        await screen.goto('/account');
        await screen.choose(`language-${language}`);
        await screen.choose(`theme-${theme}`);
        for (const href of links) {
          await screen.goto(href);
          await expect(screen.page.locator('html')).toHaveAttribute('lang', language);
          await expect(screen.page.locator('html')).toHaveAttribute('data-theme', theme);
          await settled(screen);
          expect.soft(await seriousFaults(screen), `${role} ${href} ${language} ${theme}`).toEqual([]);
          await screen.picture(`${language}-${theme}${href.replaceAll('/', '-')}`, true);
        }
      }
      await screen.goto('/account');
      await screen.choose('language-vi');
      await screen.choose('theme-light');
    });
    await test.step('nothing is wider than a narrow phone', async () => {
      await screen.page.setViewportSize({ width: 320, height: 568 });
      for (const href of links) {
        await screen.goto(href);
        await settled(screen);
        const beyond = await screen.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        await screen.picture(`narrow${href.replaceAll('/', '-')}`, true);
        expect.soft(beyond, `${href} is too wide`).toBe(0);
      }
    });
  });
}
