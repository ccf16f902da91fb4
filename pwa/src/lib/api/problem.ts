import type { Problem } from './types';

/** The server answered with an RFC 9457 problem. */
export class ApiProblem extends Error {
  constructor(
    readonly problem: Problem,
    /** Seconds the server asks to wait, if it says so. */
    readonly retryAfterS: number | null = null,
  ) {
    super(`${String(problem.status)} ${problem.code}`);
    this.name = 'ApiProblem';
  }
}

/** No answer came: no network, or the server is out of reach. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super('the server is out of reach', { cause });
    this.name = 'Unreachable';
  }
}

/** Reads whatever a failed answer carries as a problem; a body that is none becomes `internal` or `busy`. */
export function toProblem(body: unknown, status: number): Problem {
  if (typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string') {
    return { ...(body as Problem), status };
  }
  const code = status === 401 ? 'unauthenticated' : status === 503 || status === 502 ? 'busy' : 'internal';
  return { title: '', status, code };
}

/** Seconds from a `Retry-After` header in either of its forms. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, (date - nowMs) / 1000);
}
