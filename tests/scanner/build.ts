/** Builds the bench's page from the PWA's own sources and serves it on loopback. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, preview, type Plugin } from 'vite';

const HERE = __dirname;
const PWA = resolve(HERE, '../../pwa');
/** What the bench makes for itself; ignored by git. */
export const ARTIFACTS = join(HERE, '.artifacts');

/** What stands outside of the PWA finds the PWA's modules. */
const pwaModules: Plugin = {
  name: 'pwa-modules',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!/^(uqr|zxing-wasm)(\/|$)/.test(source) || importer?.startsWith(PWA)) return null;
    return this.resolve(source, join(PWA, 'src/main.ts'), { skipSelf: true });
  },
};

/** Where the page is, and how to stop serving it. */
export async function servePage(): Promise<{ url: string; close: () => Promise<void> }> {
  mkdirSync(ARTIFACTS, { recursive: true });
  const shared = {
    configFile: false as const,
    root: join(HERE, 'page'),
    logLevel: 'warn' as const,
    build: { outDir: join(ARTIFACTS, 'page'), emptyOutDir: true, target: 'chrome100', assetsInlineLimit: 0 },
  };
  await build({
    ...shared,
    plugins: [pwaModules],
    resolve: { alias: { $lib: join(PWA, 'src/lib') } },
    worker: { format: 'es' },
  });
  const server = await preview({ ...shared, preview: { host: '127.0.0.1', port: 0, strictPort: false } });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the page is not served');
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}
