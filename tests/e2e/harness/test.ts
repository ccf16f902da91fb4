/** What every story starts from: a server of its own, people with devices, a camera, programs that check. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { Api } from './api';
import { cameraOf, type Camera } from './camera';
import { FaultProxy } from './fault_proxy';
import { Device, type DeviceOptions } from './phone';
import { offerRecorder } from './recorder';
import { ARTIFACTS, CHROMIUM } from './places';
import { startCopy, type Login, type Server } from './server';

interface Stage {
  /** This story's own server, over a fresh copy of the demo: no story meets what another left. */
  server: Server;
  /** The login of a role; the second of that role for `other`. */
  who: (role: string, other?: boolean) => Login;
  /** Hands somebody a device; every complaint of its pages fails the test. */
  device: (name: string, options?: DeviceOptions) => Promise<Device>;
  api: (role: string, other?: boolean) => Promise<Api>;
  /** A line to the server on which things go wrong when told to; it serves the recorder, too. */
  line: FaultProxy;
  camera: Camera;
}

const cameraFile = (worker: number) => join(ARTIFACTS, `camera-${worker}.mjpeg`);

export const test = base.extend<Stage, { picture: Camera }>({
  launchOptions: [
    async ({}, use, info) => {
      mkdirSync(ARTIFACTS, { recursive: true });
      await use({
        executablePath: CHROMIUM,
        args: [
          ...[
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
          ],
          ...['--disable-component-update', '--disable-sync', '--lang=vi'],
          ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
          `--use-file-for-fake-video-capture=${cameraFile(info.workerIndex)}`,
        ],
      });
    },
    { scope: 'worker' },
  ],
  // The browser's camera is a file that its worker keeps; what one story showed, the next must not see.
  picture: [
    async ({ browser }, use, info) => {
      const camera = await cameraOf(browser, cameraFile(info.workerIndex));
      await use(camera);
      await camera.close();
    },
    { scope: 'worker', auto: true },
  ],
  camera: [
    async ({ picture }, use) => {
      await picture.showNothing();
      await use(picture);
    },
    { auto: true },
  ],
  server: async ({}, use, info) => {
    const server = await startCopy(`story-${info.testId}-${info.repeatEachIndex}`);
    await use(server);
    await server.stop();
  },
  who: async ({ server }, use) => {
    await use((role, other = false) => {
      const login = server.logins.filter((one) => one.role === role)[other ? 1 : 0];
      if (login === undefined) throw new Error(`the demo has no login of the role ${role}`);
      return login;
    });
  },
  line: async ({ server }, use) => {
    const line = await FaultProxy.before(server.origin);
    offerRecorder(line);
    await use(line);
    await line.close();
  },
  api: async ({ server, who }, use) => {
    const signedIn = new Map<string, Promise<Api>>();
    await use((role, other = false) => {
      const login = who(role, other);
      const api = signedIn.get(login.login) ?? Api.signIn(server, login);
      signedIn.set(login.login, api);
      return api;
    });
  },
  device: async ({ browser, server }, use, info) => {
    const opened: [string, Device][] = [];
    await use(async (name, options) => {
      const story = `${info.titlePath[0]?.replace(/.*\/|\.spec\.ts$/g, '')}-${name}`;
      const device = await Device.open(browser, server, story, options);
      opened.push([name, device]);
      return device;
    });
    for (const [name, device] of opened) {
      if (info.status !== info.expectedStatus) await device.picture('failed').catch(() => undefined);
      await device.context.close();
      expect.soft(device.complaints, `complaints of the pages of ${name}`).toEqual([]);
    }
  },
});

export { expect };
