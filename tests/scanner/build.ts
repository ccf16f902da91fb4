/** Builds the bench's page and serves it on loopback. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';

const PWA = resolve(__dirname, '../../pwa');
/** What the bench makes for itself; ignored by git. */
export const ARTIFACTS = join(__dirname, '.artifacts');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Where the page is, and how to stop serving it. */
export async function servePage(): Promise<{ url: string; close: () => void }> {
  mkdirSync(ARTIFACTS, { recursive: true });
  const vite = join(PWA, 'node_modules/vite/bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', '--config', join(__dirname, 'vite.config.mjs')], {
    cwd: PWA,
    stdio: 'inherit',
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = pathname === '/' ? '/index.html' : pathname;
    try {
      const body = readFileSync(join(ARTIFACTS, 'page', file));
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'text/plain' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
