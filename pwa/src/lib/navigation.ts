/** Going from page to page, without the pages having to import the router that imports them. */
import type { RouterApi, Routes } from 'sv-router';

type Api = Pick<RouterApi<Routes>, 'navigate' | 'route'>;
let router: Api | null = null;

/** Called once, where the router is made. */
export function connectRouter(api: Api): void {
  router = api;
}

export interface GoOptions {
  /** Replaces the entry in the history instead of adding one. */
  replace?: boolean;
  search?: Record<string, string | number | boolean>;
}

/** Goes to a path of this application, such as `/driver/trip/…`; what follows a question mark is its query. */
export function go(path: string, options: GoOptions = {}): void {
  const { pathname, searchParams } = new URL(path, location.origin);
  const search = { ...Object.fromEntries(searchParams), ...options.search };
  void router?.navigate(pathname as never, { ...options, search } as never);
}

/** Goes where the service worker asks: the screen of a notice that was pressed. */
export function openFromWorker(): void {
  navigator.serviceWorker?.addEventListener(
    'message',
    (event: MessageEvent<{ type?: string; path?: string }>) => {
      const { type, path } = event.data ?? {};
      if (type === 'OPEN' && path?.startsWith('/') && !path.startsWith('//')) go(path);
    },
  );
}

/** One entry back in the history. */
export function back(): void {
  history.back();
}

/** Where we are; reads as state inside components. */
export const here = {
  get pathname(): string {
    return router?.route.pathname ?? '/';
  },
  get hash(): string {
    return router?.route.hash ?? '';
  },
  /** A parameter of the path, such as `id` of `/driver/trip/:id`; empty when there is none. */
  param(name: string): string {
    const params: Record<string, string | undefined> = router?.route.params ?? {};
    return params[name] ?? '';
  },
  /** A value of the query string; empty when there is none. */
  query(name: string): string {
    const value = router?.route.search[name];
    return value === undefined ? '' : String(value);
  },
};
