/**
 * @file join-reductions: sums of one shape over the same axes, side by side in a loop, become one reduction of several operands. A compiler that
 * computes what is summed where it is summed then reads what they have in common once: XLA's joins them by itself outside of loops only.
 */
import { z } from "zod";
import { totalBytes } from "../ir/analysis/bytes.js";
import { isPure } from "../ir/analysis/effects.js";
import { Builder } from "../ir/builder.js";
import { shapeOf, typeOf } from "../ir/emit.js";
import { type Operation, type Value, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { reducerOf } from "../ir/ops/reducer.js";
import { moveBefore, replaceOperation } from "../ir/rewriter.js";
import { tensorType } from "../ir/types.js";
import { definePass, type PassContext } from "./pass.js";

type Reduce = OperationOf<"stablehlo.reduce"> & Operation;

/** Whether an operation sums one tensor. */
const isSum = (operation: Operation): operation is Reduce =>
  isOp(operation, "stablehlo.reduce") &&
  operation.operands.length === 2 &&
  reducerOf(operation.regions[0]!.entry, 0, 1) === "add";

/** Whether two sums go over the same axes of one shape, and make one type of it. */
function areAlike(a: Reduce, b: Reduce): boolean {
  const shapeAndType = (value: Value) => [String(shapeOf(value)), typeOf(value).element].join();
  return (
    String(a.attributes.dimensions) === String(b.attributes.dimensions) &&
    shapeAndType(a.operands[0]!) === shapeAndType(b.operands[0]!) &&
    shapeAndType(a.results[0]!) === shapeAndType(b.results[0]!) &&
    typeOf(a.operands[0]!).element === typeOf(a.results[0]!).element
  );
}

/** Of the operations of a block from `from` up to `to`, those that need a result of `from`. */
function dependents(from: Operation, to: Operation): readonly Operation[] {
  const made = new Set<Value>(from.results);
  const found: Operation[] = [];
  for (let next = from.next; next !== undefined; next = next === to ? undefined : next.next) {
    const reads = [...walk(next)].some(({ operands }) => operands.some((value) => made.has(value)));
    if (!reads) continue;
    found.push(next);
    for (const result of next.results) made.add(result);
  }
  return found;
}

/** Both sums as one, where the later one stood; what needs the earlier one goes after it. False where that cannot be. */
function join(earlier: Reduce, later: Reduce): boolean {
  const needing = dependents(earlier, later);
  if (needing.includes(later) || !needing.every(isPure)) return false;
  const [[x, start], [y, begin]] = [
    earlier.operands as readonly [Value, Value],
    later.operands as readonly [Value, Value],
  ];
  const builder = Builder.before(later);
  const scalar = tensorType([], typeOf(x).element);
  const body = builder.region([scalar, scalar, scalar, scalar], ([a, b, c, d], inner) => {
    const sums = [inner.create("stablehlo.add", [a!, c!], {}), inner.create("stablehlo.add", [b!, d!], {})];
    inner.create(
      "stablehlo.return",
      sums.map(({ result }) => result),
      {},
    );
  });
  const { dimensions } = later.attributes;
  const both = builder.create("stablehlo.reduce", [x, y, start, begin], { dimensions }, { regions: [body] });
  for (const operation of needing) moveBefore(operation, later);
  replaceOperation(earlier, [both.results[0]!]);
  replaceOperation(later, [both.results[1]!]);
  return true;
}

function joinIn(loop: Operation, leastBytes: number, context: PassContext): void {
  const sums = loop.regions[1]!.entry.operations.filter(isSum).filter(
    ({ operands }) => totalBytes([operands[0]!]) >= leastBytes,
  );
  const left = [...sums];
  for (let earlier = left.shift(); earlier !== undefined; earlier = left.shift()) {
    const first = earlier;
    const at = left.findIndex((later) => areAlike(first, later) && join(first, later));
    if (at < 0) continue;
    left.splice(at, 1);
    context.count("sums joined", 2);
  }
}

export const joinReductions = definePass({
  name: "join-reductions",
  summary: "Two sums of one shape over the same axes in a loop become one reduction of two operands.",
  options: z.object({
    "least-bytes": z.number().int().min(0).default(0).describe("sums of smaller tensors stay apart"),
  }),
  example: {
    before: `
func.func @main(%x: tensor<2x4xf32>, %n: tensor<i32>) -> tensor<2xf32> {
  %c = stablehlo.constant dense<0> : tensor<i32>
  %none = stablehlo.constant dense<0.000000e+00> : tensor<2xf32>
  %0:2 = stablehlo.while(%i = %c, %y = %none) : tensor<i32>, tensor<2xf32>
  cond {
    %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %zero = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %1 = stablehlo.add %i, %one : tensor<i32>
    %2 = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<2x4xf32>, tensor<f32>) -> tensor<2xf32>
    %3 = stablehlo.add %y, %2 : tensor<2xf32>
    %4 = stablehlo.exponential %x : tensor<2x4xf32>
    %5 = stablehlo.reduce(%4 init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<2x4xf32>, tensor<f32>) -> tensor<2xf32>
    %6 = stablehlo.multiply %3, %5 : tensor<2xf32>
    stablehlo.return %1, %6 : tensor<i32>, tensor<2xf32>
  }
  return %0#1 : tensor<2xf32>
}`,
    after: `
func.func @main(%x: tensor<2x4xf32>, %n: tensor<i32>) -> tensor<2xf32> {
  %c = stablehlo.constant dense<0> : tensor<i32>
  %none = stablehlo.constant dense<0.000000e+00> : tensor<2xf32>
  %0:2 = stablehlo.while(%i = %c, %y = %none) : tensor<i32>, tensor<2xf32>
  cond {
    %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %zero = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %1 = stablehlo.add %i, %one : tensor<i32>
    %2 = stablehlo.exponential %x : tensor<2x4xf32>
    %3:2 = stablehlo.reduce(%x init: %zero), (%2 init: %zero) across dimensions = [1] : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<f32>, tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>)
     reducer(%a: tensor<f32>, %b: tensor<f32>) (%d: tensor<f32>, %e: tensor<f32>) {
      %6 = stablehlo.add %a, %b : tensor<f32>
      %7 = stablehlo.add %d, %e : tensor<f32>
      stablehlo.return %6, %7 : tensor<f32>, tensor<f32>
    }
    %4 = stablehlo.add %y, %3#0 : tensor<2xf32>
    %5 = stablehlo.multiply %4, %3#1 : tensor<2xf32>
    stablehlo.return %1, %5 : tensor<i32>, tensor<2xf32>
  }
  return %0#1 : tensor<2xf32>
}`,
  },
  run(module, context, { "least-bytes": leastBytes }) {
    for (const operation of [...walk(module)])
      if (isOp(operation, "stablehlo.while")) joinIn(operation as Operation, leastBytes, context);
  },
});
