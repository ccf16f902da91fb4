/** JSON objects without doubled keys and without deep nesting: a signed text must have one reading only. */

export type JsonObject = { [key: string]: unknown };

/** The text is not JSON, not an object, or has a doubled key or a number that is none. */
export class NotAnObject extends Error {}
/** Deeper than allowed. */
export class NestingTooDeep extends Error {}

/** A string literal, or a bracket, colon or comma outside strings. */
const TOKEN = /"(?:[^"\\]|\\.)*"?|[[\]{}:,]/gs;

/** Reads one JSON object from UTF-8; the outermost object is nesting 1. */
export function strictObject(bytes: Uint8Array, nestingMax: number): JsonObject {
  const text = decodeUtf8(bytes);
  if (nesting(text) > nestingMax) throw new NestingTooDeep();
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, inner: unknown) => {
      if (typeof inner === 'number' && !Number.isFinite(inner)) throw new NotAnObject();
      return inner;
    });
  } catch {
    throw new NotAnObject();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new NotAnObject();
  refuseDoubledKeys(text);
  return value as JsonObject;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotAnObject();
  }
}

function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
  }
  return deepest;
}

/** Of text that JSON.parse accepted: every string before a colon is a key of the innermost object. */
function refuseDoubledKeys(text: string): void {
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = JSON.parse(last) as string;
      if (open.at(-1)?.has(key)) throw new NotAnObject();
      open.at(-1)?.add(key);
    }
    last = token;
  }
}
