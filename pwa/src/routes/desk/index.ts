/** Office pages of generators, carriers and facilities; the manifest list and page serve the authority too. */
import FileText from '@lucide/svelte/icons/file-text';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import FolderDown from '@lucide/svelte/icons/folder-down';
import Handshake from '@lucide/svelte/icons/handshake';
import Inbox from '@lucide/svelte/icons/inbox';
import MapPinned from '@lucide/svelte/icons/map-pinned';
import Route from '@lucide/svelte/icons/route';
import Smartphone from '@lucide/svelte/icons/smartphone';
import Truck from '@lucide/svelte/icons/truck';
import Users from '@lucide/svelte/icons/users';
import type { Role } from '$lib/api/types';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

const OFFICES: readonly Role[] = ['generator', 'carrier', 'facility'];

export const group = {
  routes: {
    '/desk': () => import('./home/Home.svelte'),
    '/desk/manifests': () => import('./manifests/Manifests.svelte'),
    '/desk/manifests/new': () => import('./declare/Declare.svelte'),
    '/desk/manifests/:id': () => import('./manifest/Manifest.svelte'),
    '/desk/manifests/:id/edit': () => import('./declare/Declare.svelte'),
    '/desk/manifests/:id/label': () => import('./manifest/Label.svelte'),
    '/desk/manifests/:id/treat': () => import('./treatment/Treat.svelte'),
    '/desk/manifests/:id/close': () => import('./treatment/Close.svelte'),
    '/desk/manifests/:id/copy4': () => import('./treatment/CopyFour.svelte'),
    '/desk/treatment': () => import('./treatment/Treatment.svelte'),
    '/desk/agreements': () => import('./agreements/Agreements.svelte'),
    '/desk/copies': () => import('./copies/Copies.svelte'),
    '/desk/trips': () => import('./trips/Trips.svelte'),
    '/desk/people': () => import('./people/People.svelte'),
    '/desk/fleet': () => import('./fleet/Fleet.svelte'),
    '/desk/devices': () => import('./devices/Devices.svelte'),
    '/desk/sites': () => import('./sites/Sites.svelte'),
    '/desk/sites/new': () => import('./sites/NewSite.svelte'),
    '/desk/sites/:id': () => import('./sites/SitePage.svelte'),
    '/desk/sites/:id/label': () => import('./sites/WallLabel.svelte'),
  },
  nav: [
    { href: '/desk', label: m.desk_home, icon: Inbox, roles: OFFICES, order: 10 },
    { href: '/desk/trips', label: m.dispatch, icon: Route, roles: ['carrier'], order: 15 },
    {
      href: '/desk/manifests',
      label: m.desk_manifests,
      icon: FileText,
      roles: [...OFFICES, 'authority', 'admin'],
      order: 20,
    },
    { href: '/desk/copies', label: m.copies_nav, icon: FolderDown, roles: ['generator'], order: 30 },
    { href: '/desk/treatment', label: m.treatment_nav, icon: FlaskConical, roles: ['facility'], order: 30 },
    {
      href: '/desk/agreements',
      label: m.agreements,
      icon: Handshake,
      roles: ['generator', 'facility'],
      order: 45,
    },
    { href: '/desk/fleet', label: m.fleet, icon: Truck, roles: ['carrier'], order: 35 },
    // Carriers have no places of their own: stores are the generators', transfer stations the facilities'.
    { href: '/desk/sites', label: m.sites, icon: MapPinned, roles: ['generator', 'facility'], order: 40 },
    { href: '/desk/people', label: m.people, icon: Users, roles: [...OFFICES, 'authority'], order: 50 },
    {
      href: '/desk/devices',
      label: m.devices,
      icon: Smartphone,
      // Generators sign nothing with a device of their own: their list would stay empty.
      roles: ['carrier', 'facility', 'authority'],
      order: 55,
    },
  ],
  home: { generator: '/desk', carrier: '/desk' },
} satisfies RouteGroup;
