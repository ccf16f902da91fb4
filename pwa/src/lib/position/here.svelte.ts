/** This phone's position as state for the screens. */
import { createWatch, type WatchState } from './watch';

/** The one watch of this page. */
export const watch = createWatch((navigator.geolocation as Geolocation | undefined) ?? null);

let state = $state.raw<WatchState>(watch.state);
watch.subscribe((next) => (state = next));

// Allowed after all, in the browser's settings: no need to press anything here.
void (navigator.permissions as Permissions | undefined)?.query({ name: 'geolocation' }).then(
  (permission) => permission.addEventListener('change', () => watch.restart()),
  () => undefined,
);

export const position = {
  get current(): WatchState {
    return state;
  },
  /** Call in an effect of every screen that will need a position: it begins early and stops with the screen. */
  use(): () => void {
    return watch.start();
  },
};

/** How long a person waits for a fix before an event is saved without, in milliseconds. */
export const BUDGET_MS = 6_000;
