import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followingLengths, planChunks, planPieces } from "../../src/serving/chunks.js";

describe("planChunks", () => {
  it.each([
    [1, 256, [16]],
    [16, 256, [16]],
    [17, 256, [64]],
    [65, 256, [256]],
    [256, 256, [256]],
    [257, 256, [16, 256]],
    [600, 256, [256, 256, 256]],
    [5, 1, [1, 1, 1, 1, 1]],
    [7, 3, [3, 3, 3]],
    [30, 20, [16, 20]],
    [38, 20, [20, 20]],
  ])("%d tokens in chunks of %d: %j", (tokens, chunk, plan) => {
    expect(planChunks(tokens, chunk)).toEqual(plan);
  });
});

describe("planPieces", () => {
  it.each([
    [256, [256, 64, 16, 8, 1]],
    [16, [16, 8, 1]],
    [8, [8, 1]],
    [5, [5, 1]],
    [1, [1]],
  ])("chunks of %d are followed by pieces of %j", (chunk, lengths) => {
    expect(followingLengths(chunk)).toEqual(lengths);
  });

  it("takes the longest piece that some row fills, for all rows that do", () => {
    expect(planPieces([34, 0, 17], [64, 16, 1])).toEqual([
      { time: 16, rows: [0, 2] },
      { time: 16, rows: [0] },
      { time: 1, rows: [0, 2] },
      { time: 1, rows: [0] },
    ]);
  });

  it("reads a turn of a dialogue in few pieces: a token alone costs half as much as eight", () => {
    const piecesOf = (tokens: number) => planPieces([tokens], followingLengths(256)).map(({ time }) => time);
    expect(piecesOf(24)).toEqual([16, 8]);
    expect(piecesOf(91)).toEqual([64, 16, 8, 1, 1, 1]);
  });

  it("reads each row's tokens once, in few pieces", () => {
    const tokens = fc.array(fc.nat(700), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(tokens, fc.integer({ min: 1, max: 300 }), (counts, chunk) => {
        const pieces = planPieces(counts, followingLengths(chunk));
        const read = counts.map((_, row) =>
          pieces.reduce((sum, { time, rows }) => sum + (rows.includes(row) ? time : 0), 0),
        );
        expect(read).toEqual(counts);
        const longest = Math.max(...counts);
        expect(pieces.length).toBeLessThanOrEqual(Math.ceil(longest / chunk) + 14 * counts.length);
      }),
    );
  });
});
