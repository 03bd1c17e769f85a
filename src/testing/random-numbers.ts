/** @file Numbers that look random and follow from a seed. */

/** Numbers in [low, high) that follow from a seed (a Weyl sequence through a mixing function). */
export function randomNumbers(seed: number, count: number, low = -1, high = 1): number[] {
  return Array.from({ length: count }, (_, i) => {
    let word = Math.imul(i + 1, 0x9e37_79b1) ^ Math.imul(seed + 1, 0x85eb_ca6b);
    word = Math.imul(word ^ (word >>> 15), 0x2c1b_3c6d);
    word = Math.imul(word ^ (word >>> 12), 0x297a_2d39);
    return low + (((word ^ (word >>> 15)) >>> 0) / 2 ** 32) * (high - low);
  });
}
