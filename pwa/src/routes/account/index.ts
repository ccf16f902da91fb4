import CircleUser from '@lucide/svelte/icons/circle-user-round';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

/** Signing in and what belongs to the person and the phone. */
export const group = {
  routes: {
    '/login': () => import('./Login.svelte'),
    '/account': () => import('./Account.svelte'),
  },
  nav: [
    {
      href: '/account',
      label: m.nav_account,
      icon: CircleUser,
      roles: ['generator', 'carrier', 'driver', 'facility', 'inspector', 'authority', 'admin'],
      order: 90,
    },
  ],
  home: {},
} satisfies RouteGroup;
