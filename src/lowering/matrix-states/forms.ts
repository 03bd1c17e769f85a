/** @file How a chunk of tokens is computed from the state before it, by products of matrices. */
import { shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { ChunkForm } from "./by-chunk.js";
import { chunked } from "./chunked.js";
import { headDecays } from "./head-decays.js";

/**
 * Linear attention with one decay a token and head. Products of queries and keys are those of all heads that share them, and so is the
 * state, one matrix [k, n v]. (Dao and Gu 2024, arXiv 2405.21060, section 6.)
 */
export const byProducts: ChunkForm = {
  order: [0, 2, 1, 3],
  chunk(e, { query, key, value, logDecay }, state) {
    const [c, o, n, v] = shapeOf(value) as [number, number, number, number];
    const h = o * n;
    const { between, upTo, after } = headDecays(e, e.transpose(e.reshape(logDecay, [c, h]), [1, 0]));
    const scaled = (x: Value, by: Value): Value => {
      const factors = e.reshape(e.transpose(by, [1, 0]), [c, o, n]);
      return e.mul(x, e.broadcast(factors, shapeOf(x), [0, 1, 2]));
    };
    const pairs = e.dot(query, key, { batch: [[1], [1]], contract: [[2], [2]] });
    const ofHeads = e.reshape(e.broadcast(pairs, [o, n, c, c], [0, 2, 3]), [h, c, c]);
    const rows = e.reshape(value, [c, h, v]);
    const within = e.dot(e.mul(ofHeads, between), rows, { batch: [[0], [1]], contract: [[2], [0]] });
    const across = e.dot(query, state, { batch: [[1], [0]], contract: [[2], [1]] });
    const y = e.add(
      e.reshape(e.transpose(within, [1, 0, 2]), [c, o, n, v]),
      scaled(e.transpose(across, [1, 0, 2, 3]), upTo),
    );
    const total = e.reshape(e.slice(upTo, 1, c - 1, c), [o, n]);
    const added = e.dot(key, scaled(value, after), { batch: [[1], [1]], contract: [[0], [0]] });
    return { y, last: e.add(e.mul(e.broadcast(total, shapeOf(state), [0, 2]), state), added) };
  },
};

/** All others: pairs of tokens by halves of blocks, and of the delta rule one triangular system. */
export const byPairs: ChunkForm = {
  order: [0, 1, 2, 3],
  chunk(e, { query, key, value, logDecay, delta }, state) {
    const ofHeads = (x: Value): Value => e.transpose(x, [1, 2, 0, 3]);
    const inputs = {
      query: e.transpose(query, [1, 0, 2]),
      key: e.transpose(key, [1, 0, 2]),
      value: ofHeads(value),
      logDecay: ofHeads(logDecay),
      delta: delta && { read: ofHeads(delta.read), write: ofHeads(delta.write) },
      state,
    };
    const { y, last } = chunked(e, inputs, shapeOf(value)[0]!);
    return { y: e.transpose(y, [2, 0, 1, 3]), last };
  },
};
