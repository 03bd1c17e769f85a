/** @file Which static program lengths read a prompt: whole chunks, and in front of them one short one. */

/** Short lengths that get a program of their own: powers of 4 keep them few and the padding under 4 times. */
const SHORTEST = 16;

/** Lengths below `chunk` that prompts are read in, ascending. */
function shortLengths(chunk: number): readonly number[] {
  const lengths: number[] = [];
  for (let length = SHORTEST; length < chunk; length *= 4) lengths.push(length);
  return lengths;
}

/** Lengths in which what follows may be read, without padding, longest first; a token alone is always one. */
export const followingLengths = (chunk: number): readonly number[] => [
  ...new Set([chunk, ...shortLengths(chunk).toReversed(), 1]),
];

/** A run over `time` tokens of some rows. */
export interface Piece {
  readonly time: number;
  readonly rows: readonly number[];
}

/**
 * The runs that read so many tokens of each row, none padded: each of the longest of `lengths` that some row fills, for all rows that do.
 *
 *     planPieces([40, 0, 17], [64, 16, 1]) = 16 of rows 0 and 2, 16 of row 0, 1 of rows 0 and 2, 7 times 1 of row 0
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
