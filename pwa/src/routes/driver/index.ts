import QrCode from '@lucide/svelte/icons/qr-code';
import Truck from '@lucide/svelte/icons/truck';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

/** The driver's pages: trips, scan, pickup, delivery, incidents, the codes to show. */
export const group = {
  routes: {
    '/driver': () => import('./Trips.svelte'),
    '/driver/scan': () => import('./Scan.svelte'),
    '/driver/trip/:id': () => import('./Trip.svelte'),
    '/driver/pickup/:id': () => import('./Pickup.svelte'),
    '/driver/delivery/:id': () => import('./Delivery.svelte'),
    '/driver/incident/:id': () => import('./Incident.svelte'),
    '/driver/code/:id': () => import('./Code.svelte'),
    '/driver/live/:id': () => import('./Live.svelte'),
    '/driver/practice': () => import('./practice/Practice.svelte'),
  },
  nav: [
    { href: '/driver', label: m.nav_trips, icon: Truck, roles: ['driver'], order: 10 },
    { href: '/driver/scan', label: m.nav_scan, icon: QrCode, roles: ['driver'], order: 20 },
  ],
  home: { driver: '/driver' },
} satisfies RouteGroup;
