// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const css = readFileSync(new URL('../../app.css', import.meta.url), 'utf8');

/** The colour tokens of one rule. */
function tokens(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(start, css.indexOf('\n}', start));
  return new Map(
    [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const light = tokens(':root');
const dark = new Map([...light, ...tokens(":root[data-theme='dark']")]);
const sun = new Map([...light, ...tokens(":root[data-theme='sun']")]);
const PAIRS = [
  ['on-verdict', 'verdict-good'],
  ['on-verdict', 'verdict-compare'],
  ['on-verdict', 'verdict-bad'],
  ['on-verdict', 'verdict-unknown'],
  ['on-verdict-hold', 'verdict-hold'],
  ['ink', 'bg'],
  ['ink', 'surface'],
  ['muted', 'bg'],
  ['muted', 'surface'],
  ['on-primary', 'primary'],
  ['primary', 'bg'],
  ['on-soft', 'soft'],
  ['on-info-soft', 'info-soft'],
  ['on-warn-soft', 'warn-soft'],
  ['on-bad-soft', 'bad-soft'],
  ['on-bad-soft', 'bg'],
  ['on-warn-soft', 'bg'],
] as const;

it.each([
  ['light', light, 7],
  ['dark', dark, 7],
  ['sun', sun, 12],
] as const)('every text of the %s theme reads well', (_name, theme, least) => {
  for (const [text, ground] of PAIRS) {
    const value = contrast(theme.get(text) ?? '', theme.get(ground) ?? '');
    expect(value, `${text} on ${ground}`).toBeGreaterThanOrEqual(least);
  }
});

it('edges of what can be pressed show at 3:1 or better', () => {
  for (const theme of [light, dark, sun]) {
    const value = contrast(theme.get('control') ?? '', theme.get('surface') ?? '');
    expect(value).toBeGreaterThanOrEqual(3);
  }
});
