/** The code in a link, in whatever case a camera app gives it. */

/** What follows `/Q/` of a link of any host; other texts as they are. The host is judged by the server, never visited. */
export function codeOf(text: string): string {
  const found = /^https?:\/\/[^/\s]+\/q\/([^?#\s]+)/i.exec(text.trim());
  return found?.[1] ?? text.trim();
}

/** The code as the address holds it; an address cut in the middle of an escape stays as it is. */
export function fromAddress(param: string): string {
  try {
    return decodeURIComponent(param);
  } catch {
    return param;
  }
}
