/** What anybody may see with a code in hand: the page behind a plain camera app's scan. */
import Search from '@lucide/svelte/icons/scan-search';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

export const group = {
  routes: {
    '/act': () => import('./act/Act.svelte'),
    '/q': () => import('./code/Ask.svelte'),
    '/q/:code': () => import('./code/Code.svelte'),
    '/Q/:code': () => import('./code/Code.svelte'),
  },
  nav: [
    {
      href: '/q',
      label: m.public_scan,
      icon: Search,
      roles: ['generator', 'carrier', 'authority', 'admin'],
      order: 25,
    },
  ],
  home: {},
} satisfies RouteGroup;
