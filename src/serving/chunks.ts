/** @file Which static program lengths read a prompt: whole chunks, and in front of them one short one. */

/** Short lengths that get a program of their own: powers of 4 keep them few and the padding under 4 times. */
const SHORTEST = 16;

/** Lengths below `chunk` that prompts are read in, ascending. */
export function shortLengths(chunk: number): readonly number[] {
  const lengths: number[] = [];
  for (let length = SHORTEST; length < chunk; length *= 4) lengths.push(length);
  return lengths;
}

/**
 * The length below `SHORTEST` in which what follows is read as well. CPU ms of the 88M Griffin, f32: a token alone 41; 2 tokens 84, 4 90, 8 86,
 * 12 94; 16 137, 32 140, 64 201, 256 650 (XLA of jaxlib 0.11.2, a busy machine). So 8 at once cost two alone, and 2 at once gain nothing.
 */
const FEW = 8;

/** Lengths in which what follows may be read, without padding, longest first; a token alone is always one. */
export const followingLengths = (chunk: number): readonly number[] => [
  ...new Set([chunk, ...shortLengths(chunk).toReversed(), ...(FEW < chunk ? [FEW] : []), 1]),
];

/** A run over `time` tokens of some rows. */
export interface Piece {
  readonly time: number;
  readonly rows: readonly number[];
}

/**
 * The runs that read so many tokens of each row, none padded: each of the longest of `lengths` that some row fills, for all rows that do.
 *
 *     planPieces([41, 0, 17], [64, 16, 8, 1]) = 16 of rows 0 and 2, 16 of row 0, 8 of row 0, 1 of rows 0 and 2
 */
export function planPieces(tokens: readonly number[], lengths: readonly number[]): readonly Piece[] {
  const left = [...tokens];
  const pieces: Piece[] = [];
  for (;;) {
    const time = lengths.find((length) => left.some((count) => count >= length));
    if (time === undefined) return pieces;
    const rows = [...left.keys()].filter((row) => left[row]! >= time);
    for (const row of rows) left[row]! -= time;
    pieces.push({ time, rows });
  }
}

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
  const first = shortLengths(chunk).find((length) => length >= rest) ?? chunk;
  return [first, ...full];
}
