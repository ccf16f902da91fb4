import type { RouteGroup } from '../group';

/** What the person was told, and how to be told. The bell leads here, so no navigation entry does. */
export const group = {
  routes: {
    '/notices': () => import('./Notices.svelte'),
    '/notices/settings': () => import('./Settings.svelte'),
    '/notices/:id': () => import('./Open.svelte'),
  },
  nav: [],
  home: {},
} satisfies RouteGroup;
