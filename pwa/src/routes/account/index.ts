import CircleUser from '@lucide/svelte/icons/circle-user-round';
import CloudUpload from '@lucide/svelte/icons/cloud-upload';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

/** Signing in and what belongs to the person and the phone. */
export const group = {
  routes: {
    '/login': () => import('./Login.svelte'),
    '/enrol': () => import('./Enrol.svelte'),
    '/outbox': () => import('./Outbox.svelte'),
    '/outbox/give': () => import('./Give.svelte'),
    '/outbox/take': () => import('./Take.svelte'),
    '/saved/:id': () => import('./Saved.svelte'),
    '/more': () => import('./More.svelte'),
    '/account': () => import('./Account.svelte'),
  },
  nav: [
    {
      href: '/outbox',
      label: m.nav_outbox,
      icon: CloudUpload,
      roles: ['driver', 'facility', 'inspector'],
      order: 80,
    },
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
