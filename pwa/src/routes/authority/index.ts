/** Pages of the authority: figures, map, findings, and the registry that only it may change. */
import Building from '@lucide/svelte/icons/building-2';
import ChartNoAxesColumn from '@lucide/svelte/icons/chart-no-axes-column';
import FileBadge from '@lucide/svelte/icons/file-badge';
import ListTree from '@lucide/svelte/icons/list-tree';
import MapIcon from '@lucide/svelte/icons/map';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import type { Role } from '$lib/api/types';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

const OVERSEERS: readonly Role[] = ['authority', 'admin'];

export const group = {
  routes: {
    '/authority': () => import('./dashboard/Dashboard.svelte'),
    '/authority/map': () => import('./map/MapPage.svelte'),
    '/authority/findings': () => import('./findings/Findings.svelte'),
    '/authority/findings/:manifest/:id': () => import('./findings/FindingPage.svelte'),
    '/authority/organisations': () => import('./organisations/Organisations.svelte'),
    '/authority/permits': () => import('./permits/Permits.svelte'),
    '/authority/waste-codes': () => import('./waste-codes/WasteCodes.svelte'),
  },
  nav: [
    { href: '/authority', label: m.dashboard, icon: ChartNoAxesColumn, roles: OVERSEERS, order: 10 },
    { href: '/authority/map', label: m.map, icon: MapIcon, roles: OVERSEERS, order: 12 },
    { href: '/authority/findings', label: m.findings_list, icon: TriangleAlert, roles: OVERSEERS, order: 14 },
    { href: '/authority/organisations', label: m.organisations, icon: Building, roles: OVERSEERS, order: 30 },
    { href: '/authority/permits', label: m.permits, icon: FileBadge, roles: OVERSEERS, order: 32 },
    { href: '/authority/waste-codes', label: m.waste_codes, icon: ListTree, roles: OVERSEERS, order: 34 },
  ],
  home: { authority: '/authority', admin: '/authority' },
} satisfies RouteGroup;
