/** @file Which static program lengths read a prompt: whole chunks, and in front of them one short one. */

/** Short lengths that get a program of their own: powers of 4 keep them few and the padding under 4 times. */
const SHORTEST = 16;

/**
 * Lengths of the chunks that hold at least `tokens` tokens; the first may be padded in front. `tokens` is at least 1.
 *
 *     planChunks(600, 256) = [256, 256, 256]      planChunks(530, 256) = [64, 256, 256]      planChunks(5, 256) = [16]
 */
export function planChunks(tokens: number, chunk: number): readonly number[] {
  const whole = Math.floor(tokens / chunk);
  const rest = tokens - whole * chunk;
  const full = Array.from({ length: whole }, () => chunk);
  if (rest === 0) return full;
  let first = Math.min(SHORTEST, chunk);
  while (first < rest) first = Math.min(first * 4, chunk);
  return [first, ...full];
}
