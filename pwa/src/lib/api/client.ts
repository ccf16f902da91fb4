/** The one way to the server: a typed client on the same origin, whose failures are values of two kinds. */
import createClient from 'openapi-fetch';
import { ApiProblem, retryAfterSeconds, toProblem, Unreachable } from './problem';
import type { paths } from './schema';
import type { Told } from './types';

/** A call that takes longer than this many milliseconds counts as no answer. */
const TIMEOUT_MS = 30_000;

/** When a request left and its answer came (phone time, ms), and the server's own time of it. */
export interface Exchange {
  sentMs: number;
  receivedMs: number;
  /** `Date` of the answer, milliseconds, to the second. */
  serverMs: number;
}

const observers = new Set<(exchange: Exchange) => void>();

/** Calls back after every answer that carries the server's time. */
export function onExchange(observer: (exchange: Exchange) => void): void {
  observers.add(observer);
}

/** A call that did not go well: the server's problem, or no answer (`status` null). */
export interface Failure {
  method: string;
  url: string;
  status: number | null;
  code: string;
}

const witnesses = new Set<(failure: Failure) => void>();

/** Calls back after every call that failed. */
export function onFailure(witness: (failure: Failure) => void): void {
  witnesses.add(witness);
}

function tell({ method, url }: Request, status: number | null, code: string): void {
  for (const witness of witnesses) witness({ method, url, status, code });
}

async function timedFetch(request: Request): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const sentMs = Date.now();
    const response = await globalThis.fetch(new Request(request, { signal: abort.signal }));
    const receivedMs = Date.now();
    const serverMs = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(serverMs)) for (const observer of observers) observer({ sentMs, receivedMs, serverMs });
    if (response.status >= 400) tell(request, response.status, await codeOf(response));
    return response;
  } catch (error) {
    tell(request, null, '');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function codeOf(response: Response): Promise<string> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return toProblem(body, response.status).code;
}

/** Typed client of every route; the session travels in its HttpOnly cookie. */
export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  credentials: 'same-origin',
  fetch: timedFetch,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer.
 * Throws {@link ApiProblem} when the server says no and {@link Unreachable} when nobody answers.
 */
export async function answer<T>(call: Promise<Answer<T>>): Promise<Told<T>> {
  return (await whole(call)).body;
}

/** The body of an answer with its response, for those who need headers or the status. */
export async function whole<T>(call: Promise<Answer<T>>): Promise<{ body: Told<T>; response: Response }> {
  let result: Answer<T>;
  try {
    result = await call;
  } catch (cause) {
    throw new Unreachable(cause);
  }
  const { response } = result;
  if (response.ok || response.status === 304) return { body: result.data as Told<T>, response };
  throw new ApiProblem(
    toProblem(result.error, response.status),
    retryAfterSeconds(response.headers.get('retry-after'), Date.now()),
  );
}
