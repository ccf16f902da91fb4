/** Statistics for the authority and for the parties: each of what it may see. */
import ChartColumn from '@lucide/svelte/icons/chart-column';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

export const group = {
  routes: { '/statistics': () => import('./Statistics.svelte') },
  nav: [
    {
      href: '/statistics',
      label: m.statistics,
      icon: ChartColumn,
      roles: ['generator', 'carrier', 'facility', 'authority', 'admin'],
      order: 25,
    },
  ],
  home: {},
} satisfies RouteGroup;
