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
      outputStructure: 'locale-modules',
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
  build: {
    target: 'chrome100',
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // Hundreds of messages and icons are modules of their own: a few files load faster than hundreds.
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules\/maplibre-gl/ },
            { name: 'plot', test: /node_modules\/(@observablehq|d3-|internmap|htl|isoformat|interval-tree)/ },
            { name: 'framework', test: /node_modules\/(svelte|sv-router|esm-env|idb|openapi-fetch|clsx)\// },
            // A language's words are a file of their own, fetched by who reads it.
            { name: 'words', test: /src\/lib\/i18n\/(?!paraglide\/messages)/ },
            { name: 'icons', test: /node_modules\/@lucide\// },
            // A group takes what its modules import along: what everybody needs comes first.
            {
              name: 'shell',
              test: /src\/lib\/(api|components\/(?!Combobox|Choice|PrintSheet|Select|Switch)|local\/(?!knowledge)|state|sync|position|navigation|seal\/(bytes|error|jws|key|short_code|strict_json))/,
            },
            { name: 'forms', test: /src\/lib\/components\// },
            // What reads seals and codes: loaded with the first page that scans.
            { name: 'seal', test: /(src\/lib\/(scanner|seal)|node_modules\/(cborg|uqr))\// },
            {
              name: 'loads',
              test: /src\/lib\/field\/((field|capture)\.svelte|standing|components\/(LoadCard|Freshness))/,
            },
            { name: 'field', test: /src\/lib\/(field\/|local\/knowledge)/ },
            { name: 'office', test: /src\/lib\/office\// },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: {
    port: 5173,
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: false }])),
  },
  test: {
    // Seals check thousands of signatures; a busy machine takes longer than the usual five seconds.
    testTimeout: 60_000,
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
  },
});
