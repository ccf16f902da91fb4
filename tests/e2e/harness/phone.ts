/** A person with a device: a phone in the field or a screen at the desk, each a browser context of its own. */
import { join } from 'node:path';
import {
  expect,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
  type Request,
} from '@playwright/test';
import { PICTURES, SHOWN } from './places';
import type { Spot } from './places_on_earth';
import type { Login, Server } from './server';

/** What stands in the console although nothing is wrong. */
const HARMLESS = [
  /net::ERR_INTERNET_DISCONNECTED/,
  // The phone asks how much of a picture the server has; "nothing yet" is an answer.
  /status of 404 .*\/api\/v1\/field\/files\/[0-9a-f]{64}\)/,
  // A stream breaks with its server or its line, and comes again by itself.
  /net::ERR_\w+ .*\/api\/v1\/stream\)/,
];

/** A page without a request for so long has asked for everything, milliseconds. */
const QUIET_MS = 500;

export interface DeviceOptions {
  /** `desk` is a 1280 × 800 screen, `phone` 390 × 844 with touch. */
  kind?: 'phone' | 'desk';
  at?: Spot;
  /** Positions and camera are refused when false. */
  permissions?: boolean;
  /** Another way to the server than straight: a front's origin. */
  origin?: string;
}

const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 1.5,
  isMobile: true,
  hasTouch: true,
  userAgent:
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
};

export class Device {
  private pictures = 0;
  /** Errors of pages, refused policies and failed requests so far. */
  readonly complaints: string[] = [];
  private readonly forgiven: RegExp[] = [...HARMLESS];
  /** The page's requests under way, but for the stream, which never ends. */
  private readonly asked = new Set<Request>();
  private askedAt = 0;

  private constructor(
    private readonly origin: string,
    readonly context: BrowserContext,
    private readonly story: string,
    private current: Page,
  ) {}

  static async open(
    browser: Browser,
    server: Server,
    story: string,
    options: DeviceOptions = {},
  ): Promise<Device> {
    const { kind = 'phone', at, permissions = true, origin = server.origin } = options;
    const context = await browser.newContext({
      ...(kind === 'phone' ? PHONE : { viewport: { width: 1280, height: 800 } }),
      baseURL: origin,
      locale: 'vi-VN',
      timezoneId: 'Asia/Ho_Chi_Minh',
      reducedMotion: 'reduce',
      permissions: permissions ? ['geolocation', 'camera'] : [],
      ...(at === undefined ? {} : { geolocation: { latitude: at.lat, longitude: at.lon, accuracy: 12 } }),
    });
    const device = new Device(origin, context, story, await context.newPage());
    context.on('console', (message) => {
      if (message.type() === 'error') device.complain(`${message.text()} (${message.location().url})`);
    });
    context.on('request', (request) => {
      if (request.resourceType() === 'eventsource' || request.serviceWorker() !== null) return;
      // Another page begins: nobody waits any more for what the last one asked.
      if (request.isNavigationRequest()) device.asked.clear();
      device.asked.add(request);
      device.askedAt = Date.now();
    });
    const answered = (request: Request) => {
      if (device.asked.delete(request)) device.askedAt = Date.now();
    };
    context.on('requestfinished', answered);
    context.on('requestfailed', answered);
    context.on('weberror', (error) => device.complain(String(error.error().stack ?? error.error())));
    return device;
  }

  private complain(text: string): void {
    if (!this.forgiven.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }
  /** Takes an expected refusal out of the complaints, such as the 401 of a wrong password. */
  forgive(pattern: RegExp): void {
    this.forgiven.push(pattern);
  }

  get page(): Page {
    return this.current;
  }
  /** The element with this `data-testid`. */
  get(testid: string): Locator {
    return this.current.getByTestId(testid);
  }
  /** Chooses one of several as people do: by pressing its words. */
  async choose(testid: string): Promise<void> {
    await this.current
      .locator('label')
      .filter({ has: this.get(testid) })
      .click();
    await expect(this.get(testid)).toBeChecked();
  }
  /** A finding on a field page or in an office timeline. */
  finding(code: string): Locator {
    return this.current.locator(`[data-finding="${code}"], [data-testid="finding-${code}"]`).first();
  }
  /** The card of a load in a list of trips or arrivals. */
  load(id: string): Locator {
    return this.current.locator(`[data-testid="load"][data-manifest="${id}"]`);
  }
  async goto(path: string): Promise<void> {
    await this.current.goto(this.origin + path);
  }
  async stand(at: Spot, accuracy = 12): Promise<void> {
    await this.context.setGeolocation({ latitude: at.lat, longitude: at.lon, accuracy });
  }

  /** Signs in through the form and waits until the start page stands. */
  async signIn(login: Pick<Login, 'login' | 'secret'>): Promise<void> {
    await this.goto('/login');
    await this.get('login').fill(login.login);
    await this.get('secret').fill(login.secret);
    await this.get('login-submit').click();
    await expect(this.get('login-form')).toBeHidden();
    await expect(this.current.locator('h1')).toBeVisible();
  }

  /** Waits until the service worker holds the page, so that a start without a network works. */
  async armed(): Promise<void> {
    await this.current.waitForFunction(() => navigator.serviceWorker.controller !== null);
  }
  /** Waits until nothing has been asked of the server for a while; an open stream does not count. */
  async quiet(): Promise<void> {
    await expect
      .poll(() => this.asked.size === 0 && Date.now() - this.askedAt > QUIET_MS, {
        intervals: [100],
        timeout: 30_000,
      })
      .toBe(true);
  }
  async offline(off = true): Promise<void> {
    await this.context.setOffline(off);
  }
  /** Ends the application and opens it anew, as after the phone was switched off. */
  async restart(path = '/'): Promise<void> {
    const next = await this.context.newPage();
    await this.current.close();
    this.current = next;
    await this.goto(path);
    await expect(this.current.locator('h1')).toBeVisible();
  }

  /**
   * Keeps a picture of the screen to be looked at, when the run was asked for pictures (`E2E_PICTURES=1`): a picture
   * of every step costs a third of the time. `full` with what lies below the fold.
   */
  async picture(name: string, full = false): Promise<void> {
    if (!process.env['E2E_PICTURES'] && name !== 'failed') return;
    this.pictures += 1;
    const file = `${this.story}-${String(this.pictures).padStart(2, '0')}-${name}.png`;
    const path = join(PICTURES, file);
    const size = this.current.viewportSize();
    if (!full || size === null) {
      await this.current.screenshot({ path });
      return;
    }
    // A higher screen instead of a full-page picture: bars that stick to an edge stay at the edge.
    const height = await this.current.evaluate(() => document.documentElement.scrollHeight);
    await this.current.setViewportSize({
      width: size.width,
      height: Math.min(Math.max(height, size.height), 3000),
    });
    await this.current.screenshot({ path });
    await this.current.setViewportSize(size);
  }

  /** Renews a picture of the README, when the run was asked to (`E2E_SHOW=1`): runs otherwise leave the checkout clean. */
  async show(name: 'driver' | 'gate' | 'inspector' | 'authority'): Promise<void> {
    await this.current.evaluate(() => scrollTo({ top: 0 }));
    const folder = process.env['E2E_SHOW'] ? SHOWN : PICTURES;
    await this.current.screenshot({ path: join(folder, `${name}.png`) });
  }
}
