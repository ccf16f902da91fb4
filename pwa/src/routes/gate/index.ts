import PackageCheck from '@lucide/svelte/icons/package-check';
import QrCode from '@lucide/svelte/icons/qr-code';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

/** The gate of a facility: expected arrivals, scan, arrival, weighing and the decision. */
export const group = {
  routes: {
    '/gate': () => import('./Arrivals.svelte'),
    '/gate/scan': () => import('./Scan.svelte'),
    '/gate/arrival/:id': () => import('./Arrival.svelte'),
    '/gate/receive/:id': () => import('./Receive.svelte'),
  },
  nav: [
    { href: '/gate', label: m.nav_arrivals, icon: PackageCheck, roles: ['facility'], order: 10 },
    { href: '/gate/scan', label: m.nav_scan, icon: QrCode, roles: ['facility'], order: 20 },
  ],
  home: { facility: '/gate' },
} satisfies RouteGroup;
