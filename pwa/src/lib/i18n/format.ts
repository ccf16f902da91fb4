/** Numbers and times as people read them; days and hours are those of Hà Nội. */
import { getLocale, type Locale } from './paraglide/runtime.js';

const ZONE = 'Asia/Ho_Chi_Minh';
const TAGS: Record<Locale, string> = { vi: 'vi-VN', en: 'en-GB', ko: 'ko-KR' };
/** The language as `Intl` knows it. */
export const tag = (): string => TAGS[getLocale()];

/** Kilograms of an integer number of grams, at most three decimals: 430500 → "430,5". */
export function kilograms(grams: number): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: 3 }).format(grams / 1000);
}

/** An integer or decimal in the reader's notation. */
export function number(value: number, fractionDigits = 0): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: fractionDigits }).format(value);
}

/** "08:10". */
export function time(instant: string | number | Date): string {
  return new Intl.DateTimeFormat(tag(), {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: ZONE,
  }).format(new Date(instant));
}

/** "08:10:15", where half a minute matters. */
export function clockTime(instant: string | number | Date): string {
  return new Intl.DateTimeFormat(tag(), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: ZONE,
  }).format(new Date(instant));
}

/** "23/11/2026"; in Korean "2026. 11. 23.". */
export function day(instant: string | number | Date): string {
  return new Intl.DateTimeFormat(tag(), {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    timeZone: ZONE,
  }).format(new Date(instant));
}

/** "08:10 23/11", and the year when it is another; in Korean "11. 23. 08:10". */
export function moment(instant: string | number | Date, now: number | Date = Date.now()): string {
  const date = day(instant);
  if (getLocale() === 'ko') {
    const [year = ''] = date.split(' ');
    return `${day(now).startsWith(year) ? date.slice(year.length + 1) : date} ${time(instant)}`;
  }
  const thisYear = day(now).slice(-4);
  return `${time(instant)} ${date.endsWith(thisYear) ? date.slice(0, -5) : date}`;
}

/** True when both instants fall on the same day in Hà Nội. */
export function sameDay(a: string | number | Date, b: string | number | Date): boolean {
  return day(a) === day(b);
}

/** A mass as the start of an input: no grouping, the reader's decimal mark. */
export function kilogramsToType(grams: number): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: 3, useGrouping: false }).format(grams / 1000);
}

/**
 * Integer grams of a mass typed in kilograms: "430,5" → 430500; comma or point as the decimal mark.
 * Null when it is not a mass: empty, negative, more than three decimals, above 1,000 tonnes, or when it could be
 * read in two ways ("1.000" in Vietnamese may mean a tonne: a kilogram in its place would be a grave mistake).
 */
export function gramsFromKilograms(text: string): number | null {
  const plain = text.replace(/[\s\u00a0]/g, '');
  const match = /^(\d{1,7})(?:([.,])(\d{1,3}))?$/.exec(plain);
  if (match === null) return null;
  const [, whole = '0', mark = '', fraction = ''] = match;
  const own = getLocale() === 'vi' ? ',' : '.';
  if (fraction.length === 3 && mark !== own && whole !== '0') return null;
  const grams = Number(whole) * 1000 + Number(fraction.padEnd(3, '0'));
  return grams <= 1_000_000_000 ? grams : null;
}
