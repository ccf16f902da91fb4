/** Spans of time as a clerk says them: "3 ngày", "2 giờ", "15 phút". */
import { tag } from '$lib/i18n/format';

/** The largest whole unit of a span in milliseconds, at least a minute. */
export function span(ms: number): string {
  const minutes = Math.max(1, Math.round(Math.abs(ms) / 60_000));
  const [value, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / 1440), 'day'];
  return new Intl.NumberFormat(tag(), { style: 'unit', unit: String(unit), unitDisplay: 'long' }).format(
    Number(value),
  );
}
