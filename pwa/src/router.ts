/** The one place that knows the router library. */
import { createRouter } from 'sv-router';
import { connectRouter } from '$lib/navigation';
import { routes } from './routes';

const router = createRouter(routes);
connectRouter(router as unknown as Parameters<typeof connectRouter>[0]);
