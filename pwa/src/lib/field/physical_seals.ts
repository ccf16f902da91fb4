/** Numbers of physical seals as people write them: "AB 001, AB 002". */

/** Most numbers of one event, and the longest of them. */
const MOST = 60;
const LONGEST = 40;

/** The numbers in a text, each once. */
export function sealNumbers(text: string): string[] {
  const numbers = text.split(/[,;\n]+/).map((number) => number.trim().toUpperCase().slice(0, LONGEST));
  return [...new Set(numbers.filter((number) => number !== ''))].slice(0, MOST);
}

/** What an event says of them; nothing when there are none. */
export function sealDetails(text: string): { physical_seals?: string[] } {
  const numbers = sealNumbers(text);
  return numbers.length === 0 ? {} : { physical_seals: numbers };
}
