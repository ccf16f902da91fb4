/** The one way to the server: a typed client on the same origin, whose failures are values of two kinds. */
import createClient from 'openapi-fetch';
import { ApiProblem, retryAfterSeconds, toProblem, Unreachable } from './problem';
import type { paths } from './schema';
import type { Told } from './types';

/** A server that says nothing for this many milliseconds counts as no answer, also in the middle of one. */
const SILENCE_MS = 30_000;
/** Statuses whose answers have no body. */
const EMPTY: readonly number[] = [204, 205, 304];

/** When a request left and its answer came or was given up (phone time, ms), and the server's own time of it. */
export interface Exchange {
  sentMs: number;
  receivedMs: number;
  /** `Date` of the answer, milliseconds, to the second; null when there was none. */
  serverMs: number | null;
  /** True when the whole answer came and can be the server's: a captive portal sends a page. */
  ours: boolean;
}

const observers = new Set<(exchange: Exchange) => void>();

/** Calls back after every exchange, also one without an answer. */
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

/** True when the answer can be the server's. */
function isOurs(response: Response): boolean {
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? true;
  return !page || EMPTY.includes(response.status);
}

async function observedFetch(request: Request): Promise<Response> {
  const sentMs = Date.now();
  const observe = (exchange: Omit<Exchange, 'sentMs'>) => {
    for (const observer of observers) observer({ sentMs, ...exchange });
  };
  try {
    const { response, headMs } = await wholeAnswer(request);
    const ours = isOurs(response);
    const date = Date.parse(response.headers.get('date') ?? '');
    observe({ receivedMs: headMs, serverMs: ours && !Number.isNaN(date) ? date : null, ours });
    if (response.status >= 400) tell(request, response.status, await codeOf(response));
    return response;
  } catch (error) {
    observe({ receivedMs: Date.now(), serverMs: null, ours: false });
    tell(request, null, '');
    throw error;
  }
}

/** Fetches with the body read to its end: half an answer is none. */
async function wholeAnswer(request: Request): Promise<{ response: Response; headMs: number }> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), SILENCE_MS);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), SILENCE_MS);
  };
  try {
    const response = await globalThis.fetch(new Request(request, { signal: abort.signal }));
    const headMs = Date.now();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body?.getReader();
    for (;;) {
      alive();
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      parts.push(part.value);
    }
    const body = EMPTY.includes(response.status) ? null : new Blob(parts);
    const { status, statusText, headers } = response;
    return { response: new Response(body, { status, statusText, headers }), headMs };
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
  fetch: observedFetch,
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
