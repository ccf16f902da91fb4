/** Sharing one weighed mass over the lines of a manifest, to the gram. */

/**
 * Shares `total` grams in proportion to `weights` (declared grams); the grams left by rounding down go to the largest
 * remainders, ties to the earlier line. The shares are integers and add up to `total` exactly. With no weight at all
 * the lines share alike.
 */
export function shareMass(total: number, weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const sum = weights.reduce((a, b) => a + b, 0);
  const parts = sum > 0 ? weights : weights.map(() => 1);
  const whole = BigInt(sum > 0 ? sum : weights.length);
  // Grams times grams pass 2^53: exact integers, not floats.
  const products = parts.map((part) => BigInt(part) * BigInt(total));
  const shares = products.map((product) => Number(product / whole));
  let left = total - shares.reduce((a, b) => a + b, 0);
  const byRemainder = products
    .map((product, index) => ({ index, remainder: product % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder) {
    if (left === 0) break;
    shares[index] = (shares[index] ?? 0) + 1;
    left -= 1;
  }
  return shares;
}
