/**
 * The default Trusted Types policy: scripts, workers and the service worker only from our own build.
 * It must be the very first import, before anything makes a worker.
 */
interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes;

factory?.createPolicy('default', {
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.href);
    const ours = pathname === '/sw.js' || pathname.startsWith('/assets/') || import.meta.env.DEV;
    if (origin === location.origin && ours) return url;
    throw new TypeError(`not a script of this application: ${url}`);
  },
});
