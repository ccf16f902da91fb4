/** All route groups together: the table of pages, the navigation and the home of each role. */
import type { Role } from '$lib/api/types';
import { group as account } from './account';
import { group as authority } from './authority';
import { group as desk } from './desk';
import { group as driver } from './driver';
import { group as gate } from './gate';
import type { NavItem, RouteGroup } from './group';
import { group as inspector } from './inspector';
import { group as notices } from './notices';
import { group as open } from './public';
import { group as statistics } from './statistics';

export const groups: readonly RouteGroup[] = [
  driver,
  gate,
  inspector,
  desk,
  authority,
  statistics,
  notices,
  open,
  account,
];

export const routes = {
  '/': () => import('./Home.svelte'),
  ...driver.routes,
  ...gate.routes,
  ...inspector.routes,
  ...desk.routes,
  ...authority.routes,
  ...statistics.routes,
  ...notices.routes,
  ...open.routes,
  ...account.routes,
  '*notfound': () => import('./NotFound.svelte'),
};

/** Pages that need nobody signed in. */
const OPEN = ['/login', '/enrol', '/q', '/Q', '/act', '/install'];

/** True when the page may be seen without a sign-in. */
export function isOpen(pathname: string): boolean {
  return OPEN.some((prefix) => pathname.startsWith(prefix));
}

/** The navigation of a role, in order. */
export function navigationOf(role: Role): NavItem[] {
  return groups
    .flatMap((group) => [...group.nav])
    .filter((item) => item.roles.includes(role))
    .sort((a, b) => a.order - b.order);
}

/** Where a role lands. */
export function homeOf(role: Role): string {
  for (const group of groups) {
    const home = group.home[role];
    if (home !== undefined) return home;
  }
  return '/account';
}
