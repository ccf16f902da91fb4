/**
 * A front before the server, as an operator's proxy is one: it decides which build of the application phones get, and
 * can let the API answer that it is away. Everything else passes through untouched.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { ARTIFACTS, ROOT } from './places';
import type { Server } from './server';

/** The release name of the second build. */
export const NEXT_RELEASE = 'next';
const NEXT = join(ARTIFACTS, 'next-build');
const PWA = join(ROOT, 'pwa');

/** Builds the application a second time under another release name, unless that was done for these sources. */
export async function buildNext(): Promise<void> {
  const made = (path: string) => (existsSync(path) ? statSync(path).mtimeMs : 0);
  if (made(join(NEXT, 'index.html')) > made(join(PWA, 'dist/index.html'))) return;
  const build = ['vite', 'build', '--outDir', NEXT, '--emptyOutDir', '--logLevel', 'error'];
  const env = { ...process.env, EMANIFEST_RELEASE: NEXT_RELEASE };
  await promisify(execFile)('npx', build, { cwd: PWA, env });
}

export interface Front {
  origin: string;
  /** From now on phones get the second build. */
  release(): void;
  /** Whether the API answers 503 to everybody. */
  away(yes: boolean): void;
  close(): Promise<void>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** Starts it; needs {@link buildNext} before `release`. */
export async function startFront(server: Server): Promise<Front> {
  let released = false;
  let away = false;
  const policy = (await fetch(server.origin)).headers.get('content-security-policy') ?? '';

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname } = new URL(incoming.url ?? '/', server.origin);
    const api = pathname.startsWith('/api/');
    if (api && away) {
      outgoing.writeHead(503, { 'retry-after': '1', 'content-type': 'application/problem+json' });
      outgoing.end(JSON.stringify({ title: 'away', status: 503, code: 'unavailable' }));
      return;
    }
    const file = api || !released ? null : await nextFile(pathname);
    if (file === null) pass(incoming, outgoing);
    else outgoing.writeHead(200, { ...file.headers, 'content-security-policy': policy }).end(file.body);
  }

  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { url, method, headers } = incoming;
    const onward = request(`${server.origin}${url ?? '/'}`, { method, headers }, (answered) => {
      outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }

  const front = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    release: () => (released = true),
    away: (yes) => (away = yes),
    async close() {
      front.close();
      front.closeAllConnections();
      await once(front, 'close');
    },
  };
}

/** A file of the second build; its shell for a screen's path; null for what only the server has. */
async function nextFile(pathname: string): Promise<{ body: Buffer; headers: Record<string, string> } | null> {
  const ending = extname(pathname);
  const screen = ending === '' && !/^\/(status|\.well-known|docs|healthz|readyz|metrics)/.test(pathname);
  const path = join(NEXT, screen ? 'index.html' : pathname);
  const body = await readFile(path).catch(() => null);
  if (body === null) return null;
  return {
    body,
    headers: {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'cache-control': 'no-cache',
    },
  };
}
