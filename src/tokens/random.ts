/** @file Reproducible random numbers: the same seed gives the same numbers on every machine. */

/**
 * Whole numbers of 32 random bits, from a generator of our own: sfc32 (128 bits of state, of which 32
 * are a counter, so that no seed gives a short period). `seed` is an integer from 0 to 2^53 - 1.
 */
export function randomWords(seed: number): () => number {
  let [a, b, c, counter] = [0, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Seeds that differ in one bit differ in all of them after a few rounds.
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** Numbers in [0, 1) with 53 random bits, each of two of the words of `randomWords`. */
export function randomNumbers(seed: number): () => number {
  const next = randomWords(seed);
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}
