import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Where `npm run dev` finds the server. */
const server = process.env['EMANIFEST_ORIGIN'] ?? 'http://127.0.0.1:8080';
const proxied = ['/api', '/status', '/.well-known'];

export default defineConfig({
  // The release name is given from outside, so that two builds of one commit are byte-identical.
  define: { __RELEASE__: JSON.stringify(process.env['EMANIFEST_RELEASE'] ?? '0.1.0') },
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/lib/i18n/paraglide',
      strategy: ['localStorage', 'baseLocale'],
      outputStructure: 'message-modules',
    }),
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/service-worker',
      filename: 'sw.ts',
      injectRegister: false,
      registerType: 'prompt',
      manifest: false,
      injectManifest: {
        rollupFormat: 'iife',
        globPatterns: ['**/*.{html,js,css,wasm,svg,png,webmanifest}'],
        // Maps and charts belong to office pages, which are online anyway.
        globIgnores: ['**/maplibre*', '**/plot*', '**/*.mjs'],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
      },
    }),
  ],
  resolve: {
    alias: { $lib: folder('src/lib'), $routes: folder('src/routes') },
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  build: { target: 'chrome100', assetsInlineLimit: 0 },
  worker: { format: 'es' },
  server: {
    port: 5173,
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: false }])),
  },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'], setupFiles: ['src/test-setup.ts'] },
});
