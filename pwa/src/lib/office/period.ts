/** Periods of the dashboard as days of Hà Nội, both ends included. */
import { dayOf } from './hanoi';

export const PERIODS = ['month', 'year', 'twelve', 'all'] as const;
export type Period = (typeof PERIODS)[number];

export interface Days {
  from?: string;
  to?: string;
}

/** This month, this year, the last twelve months to the day, or everything. */
export function periodDays(period: Period, nowMs: number): Days {
  const today = dayOf(nowMs);
  if (period === 'all') return {};
  if (period === 'month') return { from: `${today.slice(0, 7)}-01`, to: today };
  if (period === 'year') return { from: `${today.slice(0, 4)}-01-01`, to: today };
  const [year = '', month = '', day = ''] = today.split('-');
  const start = new Date(Date.UTC(Number(year) - 1, Number(month) - 1, Number(day) + 1));
  return { from: start.toISOString().slice(0, 10), to: today };
}

/** The period that a word in the address names; the last twelve months unless it names one. */
export function periodOf(text: string | null): Period {
  return PERIODS.find((period) => period === text) ?? 'twelve';
}
