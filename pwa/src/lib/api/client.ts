/** The one way to the server: a typed client on the same origin, whose failures are values of two kinds. */
import createClient from 'openapi-fetch';
import type { paths } from './contract';
import { ApiProblem, retryAfterSeconds, toProblem, Unreachable } from './problem';

/** Typed client of every route; the session travels in its HttpOnly cookie. */
export const api = createClient<paths>({
  credentials: 'same-origin',
  fetch: (request) => globalThis.fetch(request),
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
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await whole(call)).body;
}

/** The body of an answer with its response, for those who need headers or the status. */
export async function whole<T>(call: Promise<Answer<T>>): Promise<{ body: T; response: Response }> {
  let result: Answer<T>;
  try {
    result = await call;
  } catch (cause) {
    throw new Unreachable(cause);
  }
  const { response } = result;
  if (response.ok || response.status === 304) return { body: result.data as T, response };
  throw new ApiProblem(
    toProblem(result.error, response.status),
    retryAfterSeconds(response.headers.get('retry-after'), Date.now()),
  );
}
