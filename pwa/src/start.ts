/** What runs beside the screens for as long as a page is open. */

/** Starts it; called once, after the first screen is drawn. */
export function startApplication(): void {
  document.documentElement.dataset['release'] = __RELEASE__;
}
