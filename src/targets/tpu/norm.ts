/**
 * @file nn.rms_norm where sums along rows are slow and products of matrices are not (TPUs): the sum of squares is a product with a
 * column of ones. [2048, 2560] bf16 on v5e: 0.010 M estimated cycles, a reduction 0.074 M.
 */
import type { Value } from "../../ir/operation.js";
import { morePrecise, type Precision, precisionConfigOf } from "../../ir/precision.js";
import { statedPrecision } from "../../ir/stated-precision.js";
import { normalise } from "../../lowering/decompose/pointwise.js";
import type { LoweringRule } from "../rules.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import { elementCount } from "../../ir/types.js";

/** A product with one column is turned back into a sum by the compiler. */
const COLUMNS = 8;

/**
 * Sums over the last axis of squares [.., n] f32, [..]. HIGH splits each f32 into parts of bf16 that together hold 16 bits, as many as
 * the square of a bf16 has; squares of other types have more. So the product loses nothing, whatever precision is asked for.
 */
const rowSums =
  (precision: Precision) =>
  (e: Emitter, squares: Value): Value => {
    const shape = shapeOf(squares);
    const outer = shape.slice(0, -1);
    const flat = e.reshape(squares, [elementCount(outer), shape.at(-1)!]);
    const ones = e.fill(1, [COLUMNS, shape.at(-1)!], "f32");
    const sums = e.dot(flat, ones, { contract: [[1], [1]] }, "f32", {
      precision_config: [...precisionConfigOf(precision)],
    });
    return e.reshape(e.slice(sums, 1, 0, 1), outer);
  };

/** The norm of rows that were finished before: a sum must not be computed inside of the product that makes them. */
export const rmsNormByProduct: LoweringRule<"nn.rms_norm"> = {
  name: "product",
  lower(e, op) {
    const [x] = op.operands as [Value];
    const least = typeOf(x).element === "bf16" ? "high" : "highest";
    return normalise(e, op, e.barrier(x), rowSums(morePrecise(least, statedPrecision(op) ?? "default")));
  },
};
