/** @file nn.linear_scan by a strategy: what is common to all (element types, direction, single steps, zero starts). */
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, isSplat, shapeOf, typeOf } from "../../ir/emit.js";
import { elementCount } from "../../ir/types.js";
import { toStrided, toOrdered } from "../time-layout.js";
import { associative } from "./associative.js";
import { blocked } from "./blocked.js";
import type { ScanStrategy } from "./scan.js";
import { sequential, straightLine } from "./sequential.js";
import { stridedScan } from "./strided.js";

/** A strategy with its numbers. */
export type ScanChoice =
  | { readonly strategy: "sequential"; readonly unroll: number }
  | { readonly strategy: "associative" }
  | { readonly strategy: "strided" }
  | { readonly strategy: "blocked"; readonly block: number };

/** Of rows turned round: for strategies that go from the first row to the last. */
const turned =
  (strategy: ScanStrategy): ScanStrategy =>
  (e, { x, a, h0 }) => {
    const { y, last } = strategy(e, { x: e.reverse(x, 1), a: e.reverse(a, 1), h0 });
    return { y: e.reverse(y, 1), last };
  };

/** @param backwards from the last row to the first */
export function scanStrategy(choice: ScanChoice, backwards: boolean): ScanStrategy {
  switch (choice.strategy) {
    case "sequential":
      return sequential(choice.unroll, backwards);
    // Rows in order have no strided slices.
    case "associative":
    case "strided":
      return associative(backwards);
    case "blocked":
      return backwards ? turned(blocked(choice.block)) : blocked(choice.block);
  }
}

/** Strided rows are scanned slice by slice, or put in order for a strategy that was asked for by name. */
const scanStrided =
  (factor: number, choice: ScanChoice, backwards: boolean): ScanStrategy =>
  (e, { x, a, h0 }) => {
    if (choice.strategy === "strided") return stridedScan(e, { x, a, h0 }, factor, backwards);
    const inputs = { x: toOrdered(e, x, factor), a: toOrdered(e, a, factor), h0 };
    const { y, last } = scanStrategy(choice, backwards)(e, inputs);
    return { y: toStrided(e, y, factor), last };
  };

/** [.., t, ..] as [outer, t, inner], the form in which strategies work: t is axis `axis`. */
function joined(e: Emitter, values: Value, axis: number): Value {
  const shape = shapeOf(values);
  const [outer, inner] = [shape.slice(0, axis), shape.slice(axis + 1)].map(elementCount) as [number, number];
  return e.reshape(values, [outer, shape[axis]!, inner]);
}

function strategyOf(time: number, factor: number, choice: ScanChoice, backwards: boolean): ScanStrategy {
  if (factor > 1) return scanStrided(factor, choice, backwards);
  if (time === 1) return (e, inputs) => straightLine(e, inputs, backwards);
  return scanStrategy(choice, backwards);
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
  const rows = (values: Value): Value => joined(e, e.convert(values, "f32"), axis);
  const [input, decay] = [rows(x), rows(a)];
  const [outer, , inner] = shapeOf(input) as [number, number, number];
  const start = isSplat(h0, 0) ? undefined : e.reshape(h0, [outer, inner]);
  const inputs = { x: input, a: decay, h0: start };
  const { strided: factor = 1, reverse: backwards = false } = op.attributes;
  const { y, last } = strategyOf(time, factor, choice, backwards)(e, inputs);
  return [e.convert(e.reshape(y, shapeOf(x)), typeOf(x).element), e.reshape(last, shapeOf(h0))];
}
