/** Dates and hours in forms are those of Hà Nội, whatever zone the computer is set to. */

/** Hà Nội is seven hours ahead of UTC all year. */
const OFFSET_MS = 7 * 3_600_000;

/** Value of a `datetime-local` input for an instant: "2026-11-23T08:00". */
export function toInput(instant: string | number): string {
  return new Date(new Date(instant).getTime() + OFFSET_MS).toISOString().slice(0, 16);
}

/** RFC 3339 with Hà Nội's offset of a `datetime-local` value, or null when it is none. */
export function fromInput(value: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(value)) return null;
  const text = `${value.length === 16 ? `${value}:00` : value}+07:00`;
  return Number.isNaN(Date.parse(text)) ? null : text;
}

/** RFC 3339 of the first moment of a day "2026-11-23" in Hà Nội, or null. */
export function dayStart(day: string): string | null {
  return fromInput(`${day}T00:00`);
}

/** The day after a day "2026-11-23"; empty for what is no day. */
export function dayAfter(day: string): string {
  const start = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(start) ? '' : new Date(start + 24 * 3_600_000).toISOString().slice(0, 10);
}

/** The day of an instant in Hà Nội: "2026-11-23". */
export function dayOf(instant: string | number): string {
  return toInput(instant).slice(0, 10);
}

/** The next full hour after an instant, plus some hours, in milliseconds. */
export function nextHour(nowMs: number, plusHours = 0): number {
  const hour = 3_600_000;
  return (Math.floor(nowMs / hour) + 1 + plusHours) * hour;
}
