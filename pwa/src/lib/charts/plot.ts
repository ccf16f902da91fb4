/** What the charts use of Observable Plot, and nothing else of it: loaded only by pages that draw. */
export { barX, barY, plot, ruleX, ruleY, tickY } from '@observablehq/plot';
