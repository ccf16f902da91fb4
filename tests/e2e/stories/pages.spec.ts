/** Every page that a menu leads to, for every role: filled, without errors, usable by everybody. */
import AxeBuilder from '@axe-core/playwright';
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

/** Pages that fill only by what this person does on this device, and the sites of a carrier without a station. */
const OWN_DOING = ['/outbox', '/desk/copies', 'carrier/desk/sites'];

/** Waits until a page has read what it shows. */
async function settled(device: Device): Promise<void> {
  await expect(device.page.locator('main h1:visible')).toHaveCount(1);
  await expect(device.page.locator('main [aria-busy="true"]')).toHaveCount(0);
  await device.page.waitForLoadState('networkidle');
}

async function serious(device: Device): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: device.page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${String(node.target)} ${node.failureSummary ?? ''}`).join(' | ')}`,
    );
}

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
        if (!OWN_DOING.includes(href) && !OWN_DOING.includes(role + href)) {
          await expect.soft(screen.page.getByTestId('empty').filter({ visible: true }), href).toHaveCount(0);
        }
        await expect(async () => {
          const words = (await screen.page.locator('main').innerText()).match(/\p{L}+/gu) ?? [];
          expect(words.length).toBeGreaterThan(7);
        }).toPass({ timeout: 10_000 });
        await screen.picture(`page${href.replaceAll('/', '-')}`, true);
      });
    }
    await test.step('the start page in both languages', async () => {
      for (const language of ['vi', 'en']) {
        await screen.goto('/');
        await settled(screen);
        if ((await screen.page.locator('html').getAttribute('lang')) !== language)
          await screen.get('language').click();
        await expect(screen.page.locator('html')).toHaveAttribute('lang', language);
        await settled(screen);
        expect.soft(await serious(screen), `${role} in ${language}`).toEqual([]);
      }
      await screen.picture('english', true);
    });
    await test.step('nothing is wider than a narrow phone', async () => {
      await screen.page.setViewportSize({ width: 320, height: 640 });
      for (const href of links) {
        await screen.goto(href);
        await settled(screen);
        const beyond = await screen.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (beyond > 0) await screen.picture(`too-wide${href.replaceAll('/', '-')}`);
        expect.soft(beyond, `${href} is too wide`).toBe(0);
      }
    });
  });
}
