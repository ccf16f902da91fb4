/** What each route group gives to the application: its pages, its place in the navigation, its home. */
import type { LucideIcon } from '@lucide/svelte';
import type { Routes } from 'sv-router';
import type { Role } from '$lib/api/types';

export interface NavItem {
  href: string;
  label: () => string;
  icon: LucideIcon;
  /** Roles whose navigation shows it; only pages that are finished stand here. */
  roles: readonly Role[];
  /** Lower comes first; the phone's bar shows the first five. */
  order: number;
}

export interface RouteGroup<R extends Routes = Routes> {
  /** Absolute paths to lazily imported pages. */
  routes: R;
  nav: readonly NavItem[];
  /** Where a role lands after sign-in. */
  home: Partial<Record<Role, string>>;
}
