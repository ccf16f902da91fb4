/** Builds the bench's page from the PWA's own sources; imports nothing, because nothing is installed here. */
import { fileURLToPath } from 'node:url';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What stands outside of the PWA finds the PWA's modules. */
const pwaModules = {
  name: 'pwa-modules',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!/^(uqr|zxing-wasm)(\/|$)/.test(source) || importer?.startsWith(folder('../../pwa/'))) return null;
    return this.resolve(source, folder('../../pwa/src/main.ts'), { skipSelf: true });
  },
};

export default {
  root: folder('./page'),
  base: './',
  logLevel: 'warn',
  plugins: [pwaModules],
  resolve: { alias: { $lib: folder('../../pwa/src/lib') } },
  build: {
    outDir: folder('./.artifacts/page'),
    emptyOutDir: true,
    target: 'chrome100',
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
};
