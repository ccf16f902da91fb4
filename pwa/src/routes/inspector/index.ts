import Car from '@lucide/svelte/icons/car-front';
import ScanLine from '@lucide/svelte/icons/scan-line';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

/** The inspector at the roadside: scan, verdict, plate search. */
export const group = {
  routes: {
    '/inspect': () => import('./Scan.svelte'),
    '/inspect/verdict': () => import('./Verdict.svelte'),
    '/inspect/record': () => import('./Record.svelte'),
    '/inspect/plate': () => import('./Plate.svelte'),
  },
  nav: [
    { href: '/inspect', label: m.nav_check, icon: ScanLine, roles: ['inspector'], order: 10 },
    { href: '/inspect/plate', label: m.nav_plate, icon: Car, roles: ['inspector'], order: 20 },
  ],
  home: { inspector: '/inspect' },
} satisfies RouteGroup;
