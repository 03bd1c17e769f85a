/**
 * @file nn.rotary where moving channels is slow and products of matrices are not (TPUs): the other half of each pair comes from a
 * product with a matrix of 0, 1 and -1, which loses nothing; then all channels are one elementwise computation.
 */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { angles, frequencies } from "../../lowering/decompose/pointwise.js";
import { precisionConfigOf } from "../../ir/precision.js";
import type { LoweringRule } from "../rules.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";

/** [h, h]: column i < dims/2 takes -x[i + dims/2], column i + dims/2 takes x[i]; all others nothing. */
function partners(e: Emitter, dims: number, size: number, x: Value): Value {
  const shape = [size, size];
  const [from, to] = [e.iota(shape, 0), e.iota(shape, 1)];
  const half = dims / 2;
  const first = e.and(e.compare("EQ", from, e.scalar("add", to, half)), e.compareTo("LT", to, half));
  const second = e.and(e.compare("EQ", to, e.scalar("add", from, half)), e.compareTo("LT", from, half));
  const { element } = typeOf(x);
  const fill = (n: number): Value => e.fill(n, shape, element);
  return e.select(first, fill(-1), e.select(second, fill(1), fill(0)));
}

/** x cos + partner(x) sin in f32, sine and cosine rounded to x's type first as the reference does, the result rounded once. */
function byProduct(e: Emitter, op: OperationOf<"nn.rotary">): readonly Value[] {
  const [x, position] = op.operands as [Value, Value];
  const { dims } = op.attributes;
  const shape = shapeOf(x);
  const last = shape.length - 1;
  const size = shape[last]!;
  const pairs = frequencies(op.attributes);
  // A channel that is not rotated has frequency 0: its cosine is 1, its sine 0.
  const all = [...pairs, ...pairs, ...Array.from({ length: size - dims }, () => 0)];
  const angle = angles(e, position, all);
  // Behind a barrier each table is computed once for all layers, not again where it is used.
  const spread = (name: "cosine" | "sine"): Value => {
    const rounded = e.barrier(e.convert(e.unary(name, angle), typeOf(x).element));
    return e.broadcast(e.convert(rounded, "f32"), shape, [...op.attributes.position_dims, last]);
  };
  // A bf16 is whole in a product of any precision, a wider type only in the highest.
  const precision =
    typeOf(x).element === "bf16" ? {} : { precision_config: [...precisionConfigOf("highest")] };
  const partner = e.dot(x, partners(e, dims, size, x), { contract: [[last], [0]] }, "f32", precision);
  const rotated = e.add(e.mul(e.convert(x, "f32"), spread("cosine")), e.mul(partner, spread("sine")));
  return [e.convert(rotated, typeOf(x).element)];
}

export const rotaryByProduct: LoweringRule<"nn.rotary"> = { name: "product", lower: byProduct };
