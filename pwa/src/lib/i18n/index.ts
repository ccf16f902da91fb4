/** Languages of the user interface: Vietnamese is the source, every other one complete. */
export { m } from './spoken';
export { locales, type Locale } from './paraglide/runtime.js';
