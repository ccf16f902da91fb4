/** A phone's browser as a process of its own that can be killed at any moment and started again on the same storage. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Browser, type Page } from '@playwright/test';
import { ARTIFACTS, CHROMIUM } from './places';

const FLAGS = [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=vi'],
  ...['--hide-crash-restore-bubble', '--no-default-browser-check', '--remote-debugging-port=0'],
];

export class Killable {
  private child: ChildProcess | null = null;
  private browser: Browser | null = null;
  private current: Page | null = null;

  constructor(private readonly folder: string) {}

  /** A phone that was never used. */
  static fresh(name: string): Killable {
    const folder = join(ARTIFACTS, 'phones', name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return new Killable(folder);
  }

  get page(): Page {
    if (this.current === null) throw new Error('the browser does not run');
    return this.current;
  }

  /** Starts the browser and opens a page at an address. */
  async start(address: string): Promise<Page> {
    const told = join(this.folder, 'DevToolsActivePort');
    rmSync(told, { force: true });
    const child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${this.folder}`, 'about:blank'], {
      stdio: 'ignore',
      detached: true,
    });
    this.child = child;
    process.once('exit', this.killAll);
    const port = await portIn(told, child);
    this.browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const context = this.browser.contexts()[0];
    if (context === undefined) throw new Error('the browser has no context');
    this.current = await context.newPage();
    await this.current.goto(address);
    return this.current;
  }

  /** Ends all its processes as a phone that falls into water would. */
  async kill(): Promise<void> {
    const ended = this.child === null || this.child.exitCode !== null ? null : once(this.child, 'exit');
    this.killAll();
    await ended;
    process.off('exit', this.killAll);
    await this.browser?.close().catch(() => undefined);
    this.child = null;
    this.browser = null;
    this.current = null;
  }

  private readonly killAll = (): void => {
    const pid = this.child?.pid;
    if (pid === undefined || this.child?.signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Ended meanwhile.
    }
  };
}

/** The port that the browser chose, once it says so. */
async function portIn(file: string, child: ChildProcess): Promise<string> {
  const until = Date.now() + 60_000;
  while (Date.now() < until && child.exitCode === null) {
    const [port] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (port) return port;
    await pause(50);
  }
  throw new Error('the browser did not start');
}
