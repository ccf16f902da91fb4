/** Being told: on the device while the application is closed, on screen at once, and how one chooses. */
import { expect, type Page, type Worker } from '@playwright/test';
import { join } from 'node:path';
import { Api } from '../harness/api';
import { seriousFaults, settled } from '../harness/audit';
import { issued, parties } from '../harness/loads';
import { Device } from '../harness/phone';
import { ARTIFACTS } from '../harness/places';
import { startPushService, type Message, type PushService } from '../harness/push_service';
import { start, startCopy, type Server } from '../harness/server';
import { test } from '../harness/test';

/** A server whose push service is the test's. */
async function withPush(name: string, run: (server: Server, service: PushService) => Promise<void>) {
  const service = await startPushService();
  process.env['EMANIFEST_PUSH_TEST_SERVICE'] = service.origin;
  const server = await startCopy(name);
  try {
    await run(server, service);
  } finally {
    delete process.env['EMANIFEST_PUSH_TEST_SERVICE'];
    await server.stop();
    await service.stop();
  }
}

const login = (server: Server, role: string) => {
  const found = server.logins.find((one) => one.role === role);
  if (found === undefined) throw new Error(`no login of the role ${role}`);
  return found;
};

const people = (server: Server) => parties((role) => Api.signIn(server, login(server, role)));

async function told(service: PushService, topic: string, from = 0): Promise<Message> {
  let found: Message | undefined;
  await expect(() => {
    found = service.messages.slice(from).find((message) => message.text.includes(`"topic":"${topic}"`));
    expect(found).toBeDefined();
  }).toPass({ timeout: 15_000 });
  return found as Message;
}

/** The service worker's context, for what only it may see. */
async function workerOf(page: Page): Promise<Worker> {
  const running = page.context().serviceWorkers()[0];
  return running ?? (await page.context().waitForEvent('serviceworker'));
}

/** Hands a message to the service worker as the browser does when its push service brings one. */
async function deliver(page: Page, origin: string, text: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const registered = new Promise<string>((found) =>
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find((one) => one.scopeURL.startsWith(origin) && !one.isDeleted);
      if (own !== undefined) found(own.registrationId);
    }),
  );
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  await session.send('ServiceWorker.deliverPushMessage', {
    origin,
    registrationId,
    data: text,
  });
  await session.detach();
}

/** What of a service worker's world these stories touch; the page's types do not know it. */
interface WorkerScope {
  registration: ServiceWorkerRegistration;
  NotificationEvent: new (
    type: string,
    init: { notification: Notification },
  ) => Event & { waitUntil(work: Promise<unknown>): void };
  dispatchEvent(event: Event): boolean;
}

interface Shown {
  title: string;
  body: string;
  tag: string;
}

const shown = (worker: Worker): Promise<Shown[]> =>
  worker.evaluate(async () => {
    const scope = globalThis as unknown as WorkerScope;
    const all = await scope.registration.getNotifications();
    return all.map(({ title, body, tag }) => ({ title, body, tag }));
  });

/** Counts what the worker has shown, to the end of each showing. */
async function countShowings(worker: Worker): Promise<() => Promise<number>> {
  await worker.evaluate(() => {
    const scope = globalThis as unknown as WorkerScope & { showings: number };
    const show = scope.registration.showNotification.bind(scope.registration);
    scope.showings = 0;
    scope.registration.showNotification = async (title, options) => {
      await show(title, options);
      scope.showings += 1;
    };
  });
  return () => worker.evaluate(() => (globalThis as unknown as { showings: number }).showings);
}

/** A person's press on a notification: headless browsers have no tray to press in. */
async function press(worker: Worker, tag: string): Promise<void> {
  await worker.evaluate(async (wanted) => {
    const scope = globalThis as unknown as WorkerScope;
    const [notification] = await scope.registration.getNotifications({
      tag: wanted,
    });
    if (notification === undefined) throw new Error(`nothing is shown as ${wanted}`);
    const event = new scope.NotificationEvent('notificationclick', {
      notification,
    });
    // Only an event of the browser's own may be waited for, and may focus a window.
    event.waitUntil = (work: Promise<unknown>) => void work.catch(() => undefined);
    scope.dispatchEvent(event);
  }, tag);
}

test('a driver turns notices on, is told of a trip on the lock screen, and a press opens it', async ({
  browser,
}) => {
  await withPush('push', async (server, service) => {
    const who = await people(server);
    const phone = await Device.open(browser, server, 'notices-driver');
    await phone.context.grantPermissions(['notifications', 'geolocation', 'camera'], {
      origin: server.origin,
    });
    await service.serve(phone.page, 'phone');
    await phone.signIn(login(server, 'driver'));
    await phone.armed();
    await phone.get('bell').click();
    await phone.get('notice-settings').click();
    await expect(phone.get('push')).toContainText('Màn hình khoá chỉ hiện loại tin');
    await phone.picture('before', true);
    await phone.get('push-turn-on').click();
    await expect(phone.get('push-on')).toBeVisible();
    await expect(phone.get('browser')).toContainText('Chrome, Android');
    await phone.picture('on', true);
    await phone.goto('/driver');

    const before = service.messages.length;
    const load = await issued(who);
    const message = await told(service, 'trip_assigned', before);
    const { ways } = await who.driver.get<{ ways: { push_key: string } }>('/notices/preferences');
    expect(message.key).toBe(ways.push_key);
    expect(message.claims.aud).toBe('http://127.0.0.1');
    const left = message.claims.exp - Date.now() / 1000;
    expect(left).toBeGreaterThan(60);
    expect(left).toBeLessThan(24 * 3600);
    expect(Number(message.headers['ttl'])).toBeGreaterThan(3600);
    for (const secret of [load.number ?? '?', '15C', load.qr?.short_code ?? '?', who.driver.me.person.name])
      expect(message.text).not.toContain(secret);

    await deliver(phone.page, server.origin, message.text);
    const worker = await workerOf(phone.page);
    const { id } = JSON.parse(message.text) as { id: string };
    await expect
      .poll(() => shown(worker))
      .toContainEqual({
        title: 'Chuyến mới',
        body: 'Bạn được giao một chuyến xe. Mở để xem điểm nhận và giờ.',
        tag: id,
      });
    // The same message again takes the place of the first.
    const showings = await countShowings(worker);
    await deliver(phone.page, server.origin, message.text);
    await expect.poll(showings).toBe(1);
    expect((await shown(worker)).length).toBe(1);
    await press(worker, id);
    await expect(phone.page).toHaveURL(`${server.origin}/driver/trip/${load.id}`);
    await expect(phone.page.locator('main')).toContainText(load.number ?? '?');
    await phone.picture('opened', true);
    await expect.poll(async () => (await shown(worker)).length).toBe(0);

    // What is no message of ours is shown, too, and opens the list.
    await deliver(phone.page, server.origin, 'not json');
    await expect.poll(async () => (await shown(worker)).length).toBe(1);
    await press(worker, 'unknown');
    await expect(phone.page).toHaveURL(`${server.origin}/notices`);
    const row = phone.page.locator(`[data-testid="notice"][data-manifest="${load.id}"]`).first();
    await expect(row).toHaveAttribute('data-unread', 'false');
    await phone.picture('list', true);

    // Turned off here, nothing goes out any more.
    await phone.goto('/notices/settings');
    await phone.get('push-turn-off').click();
    await expect(phone.get('push-turn-on')).toBeVisible();
    await expect(phone.get('browser')).toHaveCount(0);
    expect(phone.complaints).toEqual([]);
    await phone.context.close();
  });
});

test('a server that is killed with a message on its way sends it after it started again', async ({
  browser,
}) => {
  const service = await startPushService();
  process.env['EMANIFEST_PUSH_TEST_SERVICE'] = service.origin;
  const name = 'push-kill';
  let server = await startCopy(name);
  try {
    const who = await people(server);
    const phone = await Device.open(browser, server, 'notices-kill');
    await phone.context.grantPermissions(['notifications'], {
      origin: server.origin,
    });
    await service.serve(phone.page, 'phone');
    await phone.signIn(login(server, 'driver'));
    await phone.goto('/notices/settings');
    await phone.get('push-turn-on').click();
    await expect(phone.get('push-on')).toBeVisible();
    await phone.context.close();
    // The service is down when the trip is assigned, and the server goes down right after.
    service.answers.push(...Array.from({ length: 20 }, () => 503));
    const load = await issued(who);
    await server.halt();
    service.answers.length = 0;
    expect(service.messages).toEqual([]);
    server = await start(join(ARTIFACTS, 'servers', name));
    let found: Message[] = [];
    await expect(() => {
      found = service.messages.filter(({ text }) => text.includes(load.id) && text.includes('trip_assigned'));
      expect(found.length).toBeGreaterThan(0);
    }).toPass({ timeout: 100_000 });
    expect(found).toHaveLength(1);
  } finally {
    delete process.env['EMANIFEST_PUSH_TEST_SERVICE'];
    await server.stop();
    await service.stop();
  }
});

test('an open page hears at once: the bell, the list and what waits', async ({ api, device, who }) => {
  const people = await parties(api);
  const desk = await device('carrier', { kind: 'desk' });
  await desk.signIn(who('carrier'));
  await desk.goto('/desk');
  await expect(desk.page.locator('main h1:visible')).toHaveCount(1);
  const unread = async () => Number(await desk.get('bell').getAttribute('data-unread'));
  await expect.poll(unread).toBeGreaterThanOrEqual(0);
  const before = await unread();
  const load = await issued(people);
  await expect.poll(unread, { timeout: 15_000 }).toBeGreaterThan(before);
  await desk.picture('bell');
  await desk.get('bell').click();
  const row = desk.page.locator(`[data-testid="notice"][data-manifest="${load.id}"]`).first();
  await expect(row).toHaveAttribute('data-unread', 'true');
  await desk.picture('list', true);
  await row.click();
  await expect(desk.page).toHaveURL(new RegExp(`/desk/manifests/${load.id}$`));
  await desk.get('bell').click();
  await expect(row).toHaveAttribute('data-unread', 'false');
  await desk.get('read-all').click();
  await expect(desk.get('bell')).toHaveAttribute('data-unread', '0');
  await expect(desk.get('read-all')).toHaveCount(0);

  // The state on an open page changes by itself.
  await desk.goto(`/desk/manifests/${load.id}`);
  await expect(desk.page.locator('[data-state="issued"]').first()).toBeVisible();
  await people.generator.post(`/manifests/${load.id}/void`, {
    reason: 'Hoãn chuyến',
  });
  await expect(desk.page.locator('[data-state="void"]').first()).toBeVisible({
    timeout: 15_000,
  });
});

test('quiet hours and topics are chosen with a thumb', async ({ device, who }) => {
  const phone = await device('settings');
  await phone.signIn(who('driver'));
  await phone.goto('/account');
  await phone.get('notice-settings').click();
  await expect(phone.get('quiet-on')).toBeChecked();
  await phone.get('quiet-from').fill('21:30');
  await phone.get('quiet-to').fill('21:30');
  phone.forgive(/status of 422/);
  await phone.get('quiet-save').click();
  await expect(phone.get('quiet-to')).toHaveAttribute('aria-invalid', 'true');
  await phone.get('quiet-to').fill('05:00');
  await phone.get('quiet-save').click();
  await expect(phone.get('quiet-save')).toHaveCount(0);
  await phone.get('your_turn-push').uncheck();
  await expect(phone.get('your_turn-push')).toBeEnabled();
  await phone.restart('/notices/settings');
  await expect(phone.get('quiet-from')).toHaveValue('21:30');
  await expect(phone.get('your_turn-push')).not.toBeChecked();
  await expect(phone.get('hold-push')).toBeChecked();
  await phone.page.setViewportSize({ width: 320, height: 640 });
  const beyond = await phone.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(beyond).toBe(0);
  await phone.picture('narrow', true);
});

for (const { role, kind } of [
  { role: 'driver', kind: 'phone' },
  { role: 'carrier', kind: 'desk' },
] as const) {
  test(`${role}: the list and the settings are there for everybody, in every language and theme`, async ({
    api,
    device,
    who,
  }) => {
    const screen = await device(`pages-${role}`, { kind });
    await screen.signIn(who(role));
    await issued(await parties(api));
    for (const [language, theme] of [
      ['vi', 'light'],
      ['en', 'dark'],
      ['ko', 'sun'],
    ] as const) {
      await screen.goto('/account');
      await screen.choose(`language-${language}`);
      await screen.choose(`theme-${theme}`);
      for (const path of ['/notices', '/notices/settings']) {
        await screen.goto(path);
        await settled(screen);
        await expect(screen.page.locator('html')).toHaveAttribute('lang', language);
        if (path === '/notices') await expect(screen.get('notice').first()).toBeVisible();
        else await expect(screen.get('topics')).toBeVisible();
        expect.soft(await seriousFaults(screen), `${path} ${language} ${theme}`).toEqual([]);
        expect.soft(await screen.page.evaluate(smallTargets), `${path} ${language}`).toEqual([]);
        await screen.picture(`${language}-${theme}${path.replaceAll('/', '-')}`, true);
      }
    }
    await screen.page.setViewportSize({ width: 320, height: 568 });
    for (const path of ['/notices', '/notices/settings']) {
      await screen.goto(path);
      await settled(screen);
      const beyond = await screen.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect.soft(beyond, `${path} is too wide`).toBe(0);
    }
  });
}

/** Runs in the page: what can be pressed and is smaller than a gloved finger; a switch is as large as its label. */
function smallTargets(): string[] {
  return [...document.querySelectorAll('main a, main button, main label:has([role="switch"])')]
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.height > 0 && (box.height < 48 || box.width < 48))
    .map(({ element, box }) => `${element.outerHTML.slice(0, 80)} ${box.width} x ${box.height}`);
}

test('a link of a message that is no good says so and what to do', async ({ device }) => {
  const visitor = await device('visitor');
  visitor.forgive(/status of 404/);
  const asked: string[] = [];
  visitor.page.on('request', (request) => asked.push(request.url()));
  await visitor.goto('/act#A-token-of-nobody');
  await expect(visitor.get('link-unknown')).toBeVisible();
  expect(asked.filter((url) => url.includes('A-token-of-nobody') && !url.includes('#'))).toEqual([]);
  await visitor.picture('unknown');
});
