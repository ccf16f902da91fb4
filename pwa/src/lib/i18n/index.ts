/** Languages of the user interface: Vietnamese is the source, every other one complete. */
export * as m from './paraglide/messages.js';
export { locales, type Locale } from './paraglide/runtime.js';
