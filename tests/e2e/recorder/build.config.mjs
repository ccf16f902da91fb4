// Builds recorder.ts beside the application: `vite build --config` from pwa/.
import { fileURLToPath } from 'node:url';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
  root: folder('.'),
  publicDir: false,
  logLevel: 'warn',
  resolve: { alias: { $lib: folder('../../../pwa/src/lib') } },
  build: {
    target: 'chrome100',
    outDir: folder('../.artifacts/recorder'),
    emptyOutDir: true,
    lib: { entry: folder('recorder.ts'), formats: ['es'], fileName: 'recorder' },
  },
};
