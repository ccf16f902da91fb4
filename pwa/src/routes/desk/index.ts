/** Office pages of generators, carriers and facilities; the manifest list and page serve the authority too. */
import FileText from '@lucide/svelte/icons/file-text';
import Inbox from '@lucide/svelte/icons/inbox';
import { m } from '$lib/i18n';
import type { RouteGroup } from '../group';

export const group = {
  routes: {
    '/desk': () => import('./home/Home.svelte'),
    '/desk/manifests': () => import('./manifests/Manifests.svelte'),
    '/desk/manifests/new': () => import('./declare/Declare.svelte'),
    '/desk/manifests/:id': () => import('./manifest/Manifest.svelte'),
    '/desk/manifests/:id/edit': () => import('./declare/Declare.svelte'),
    '/desk/manifests/:id/label': () => import('./manifest/Label.svelte'),
  },
  nav: [
    {
      href: '/desk',
      label: m.desk_home,
      icon: Inbox,
      roles: ['generator', 'carrier', 'facility'],
      order: 10,
    },
    {
      href: '/desk/manifests',
      label: m.desk_manifests,
      icon: FileText,
      roles: ['generator', 'carrier', 'facility', 'authority', 'admin'],
      order: 20,
    },
  ],
  home: { generator: '/desk', carrier: '/desk' },
} satisfies RouteGroup;
