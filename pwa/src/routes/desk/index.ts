import type { RouteGroup } from '../group';

export const group = { routes: {}, nav: [], home: {} } satisfies RouteGroup;
