/** @file nn.linear_scan by a strategy: what is common to all (element types, direction, single steps, zero starts). */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, isSplat, shapeOf, typeOf } from "../../ir/emit.js";
import { elementCount } from "../../ir/types.js";
import { toStrided, toOrdered } from "../time-layout.js";
import { associative } from "./associative.js";
import { blocked } from "./blocked.js";
import type { ScanInputs, ScanOutputs, ScanStrategy } from "./scan.js";
import { sequential, straightLine } from "./sequential.js";
import { stridedScan } from "./strided.js";

/** A strategy with its numbers. */
export type ScanChoice =
  | { readonly strategy: "sequential"; readonly unroll: number }
  | { readonly strategy: "associative" }
  | { readonly strategy: "strided" }
  | { readonly strategy: "blocked"; readonly block: number };

export function scanStrategy(choice: ScanChoice): ScanStrategy {
  switch (choice.strategy) {
    case "sequential":
      return sequential(choice.unroll);
    // Rows in order have no strided slices.
    case "associative":
    case "strided":
      return associative;
    case "blocked":
      return blocked(choice.block);
  }
}

/** Strided rows are scanned slice by slice, or put in order for a strategy that was asked for by name. */
function scanStrided(e: Emitter, { x, a, h0 }: ScanInputs, factor: number, choice: ScanChoice): ScanOutputs {
  if (choice.strategy === "strided") return stridedScan(e, { x, a, h0 }, factor);
  const inputs = { x: toOrdered(e, x, factor), a: toOrdered(e, a, factor), h0 };
  const { y, last } = scanStrategy(choice)(e, inputs);
  return { y: toStrided(e, y, factor), last };
}

/** [.., t, ..] as [outer, t, inner], the form in which strategies work: t is axis `axis`. */
function joined(e: Emitter, values: Value, axis: number): Value {
  const shape = shapeOf(values);
  const [outer, inner] = [shape.slice(0, axis), shape.slice(axis + 1)].map(elementCount) as [number, number];
  return e.reshape(values, [outer, shape[axis]!, inner]);
}

/** y in x's element type and the last state in f32; one step is one fused multiply-add whatever the strategy. */
export function lowerLinearScan(
  e: Emitter,
  op: OperationOf<"nn.linear_scan">,
  choice: ScanChoice,
): readonly Value[] {
  const [x, a, h0] = op.operands as [Value, Value, Value];
  const { axis } = op.attributes;
  const time = shapeOf(x)[axis]!;
  if (time === 0) return [x, h0];
  const forwards = (values: Value): Value => {
    const wide = joined(e, e.convert(values, "f32"), axis);
    return op.attributes.reverse === true ? e.reverse(wide, 1) : wide;
  };
  const [input, decay] = [forwards(x), forwards(a)];
  const [outer, , inner] = shapeOf(input) as [number, number, number];
  const start = isSplat(h0, 0) ? undefined : e.reshape(h0, [outer, inner]);
  const inputs = { x: input, a: decay, h0: start };
  const { strided: factor = 1 } = op.attributes;
  const strategy = time === 1 ? straightLine : scanStrategy(choice);
  const { y, last } = factor === 1 ? strategy(e, inputs) : scanStrided(e, inputs, factor, choice);
  const forward = op.attributes.reverse === true ? e.reverse(y, 1) : y;
  return [e.convert(e.reshape(forward, shapeOf(x)), typeOf(x).element), e.reshape(last, shapeOf(h0))];
}
