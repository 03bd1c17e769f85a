/**
 * @file triangular: attention to all that came before, queries in blocks, each block against the cache and the new keys up to its own end, so
 * that half of the pairs, those that no query sees, are not computed, and the scores of one block are there at a time.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { type AttentionInputs, segments } from "./attention.js";
import { attendDensely } from "./dense.js";

export const triangular =
  (block: number) =>
  (e: Emitter, inputs: AttentionInputs): Value => {
    const time = shapeOf(inputs.q)[1]!;
    const documents = segments(e, inputs.segmentPos);
    const attended = Array.from({ length: Math.ceil(time / block) }, (_, i) => {
      const first = i * block;
      const end = Math.min(time, first + block);
      const own = {
        ...inputs,
        q: e.slice(inputs.q, 1, first, end),
        k: e.slice(inputs.k, 1, 0, end),
        v: e.slice(inputs.v, 1, 0, end),
      };
      const segment = {
        first,
        own: e.slice(documents, 1, first, end),
        all: e.slice(documents, 1, 0, end),
      };
      return attendDensely(e, own, segment);
    });
    return e.concat(attended, 1);
  };
