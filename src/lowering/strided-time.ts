/**
 * @file strided-time: recurrences over many tokens take the strided layout, in which each step is elementwise on T/factor rows (strided
 * slices), and so does all that is computed row by row around them. Token t of T is row (t mod factor) T/factor + t div factor.
 *
 * Where rows lie is said by casts, `nn.to_strided` and `nn.to_ordered`, which move rows and nothing else. The pass casts all time operands
 * of a recurrent op, and then applies local rules, each an equality:
 *
 * - f(x) = to_ordered(f(to_strided x)) for every op that computes row by row (`rowAxes` of the op table) and touches a cast;
 * - the same with attribute `strided` for every op that mixes time and knows the layout (`timeAxes` of the op table);
 * - to_strided(to_ordered x) = x, the cast of equal rows is those rows, and one row of a cast is one row of what is cast.
 *
 * An op without a rule keeps its operands in the order of time: a transpose each, and no more.
 */
import { z } from "zod";
import { timeAxesOf } from "../ir/analysis/row-axes.js";
import { shapeOf } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import { hasTrait, isOp } from "../ir/ops/index.js";
import { eraseOperation } from "../ir/rewriter.js";
import { definePass, type PassExample } from "../passes/pass.js";
import { moveToCheapest } from "./strided-time/cheapest.js";
import { StridedLayout } from "./strided-time/layout.js";

/** With fewer rows a strided slice, tiles of the matrix unit would not be full. */
const LEAST_ROWS = 64;

/** Tokens of an operation whose steps along time depend on each other; undefined for others, and for those that are strided already. */
function recurrentTokens(operation: Operation): number | undefined {
  if (!hasTrait(operation, "recurrent")) return undefined;
  const { strided = 1 } = operation.attributes as { readonly strided?: number };
  const axis = timeAxesOf(operation)?.operands[0];
  return strided > 1 || axis === undefined ? undefined : shapeOf(operation.operands[0]!)[axis];
}

function eraseUnusedCasts(module: Operation): void {
  for (const operation of [...walk(module)].reverse()) {
    if (!isOp(operation, "nn.to_strided", "nn.to_ordered")) continue;
    if (operation.result.users.size === 0) eraseOperation(operation);
  }
}

const example: PassExample = {
  options: "factor=2 least-rows=1",
  before: `func.func public @main(%tokens: tensor<1x4xi32>, %table: tensor<9x3xf32>, %scale: tensor<3xf32>, %a: tensor<1x4x3xf32>, %h0: tensor<1x3xf32>) -> (tensor<1x1x3xf32>, tensor<1x3xf32>) {
  %0 = stablehlo.reshape %tokens : (tensor<1x4xi32>) -> tensor<1x4x1xi32>
  %1 = "stablehlo.gather"(%table, %0) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, slice_sizes = array<i64: 1, 3>}> : (tensor<9x3xf32>, tensor<1x4x1xi32>) -> tensor<1x4x3xf32>
  %2 = "nn.rms_norm"(%1, %scale) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<1x4x3xf32>, tensor<3xf32>) -> tensor<1x4x3xf32>
  %3:2 = "nn.linear_scan"(%2, %a, %h0) <{axis = 1 : i64}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
  %4 = stablehlo.add %1, %3#0 : tensor<1x4x3xf32>
  %5 = stablehlo.slice %4 [0:1, 3:4, 0:3] : (tensor<1x4x3xf32>) -> tensor<1x1x3xf32>
  return %5, %3#1 : tensor<1x1x3xf32>, tensor<1x3xf32>
}`,
  after: `func.func public @main(%tokens: tensor<1x4xi32>, %table: tensor<9x3xf32>, %scale: tensor<3xf32>, %a: tensor<1x4x3xf32>, %h0: tensor<1x3xf32>) -> (tensor<1x1x3xf32>, tensor<1x3xf32>) {
  %0 = "nn.to_strided"(%tokens) <{axis = 1 : i64, factor = 2 : i64}> : (tensor<1x4xi32>) -> tensor<1x4xi32>
  %1 = "nn.to_strided"(%a) <{axis = 1 : i64, factor = 2 : i64}> : (tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  %2 = stablehlo.reshape %0 : (tensor<1x4xi32>) -> tensor<1x4x1xi32>
  %3 = "stablehlo.gather"(%table, %2) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, slice_sizes = array<i64: 1, 3>}> : (tensor<9x3xf32>, tensor<1x4x1xi32>) -> tensor<1x4x3xf32>
  %4 = "nn.rms_norm"(%3, %scale) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<1x4x3xf32>, tensor<3xf32>) -> tensor<1x4x3xf32>
  %5:2 = "nn.linear_scan"(%4, %1, %h0) <{axis = 1 : i64, strided = 2 : i64}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
  %6 = stablehlo.add %3, %5#0 : tensor<1x4x3xf32>
  %7 = stablehlo.slice %6 [0:1, 3:4, 0:3] : (tensor<1x4x3xf32>) -> tensor<1x1x3xf32>
  return %7, %5#1 : tensor<1x1x3xf32>, tensor<1x3xf32>
}`,
};

export const stridedTime = definePass({
  name: "strided-time",
  summary:
    "Puts recurrences and what is around them into a layout in which a step is elementwise on many rows.",
  options: z.object({
    factor: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe("steps of a recurrence that become strided slices; 1 leaves all in the order of time"),
    "least-rows": z.number().int().min(1).default(LEAST_ROWS).describe("fewest rows of a strided slice"),
  }),
  example,
  run(module, context, { factor, "least-rows": least }) {
    if (factor === 1) return;
    const layout = new StridedLayout(factor);
    for (const operation of [...walk(module)]) {
      const tokens = recurrentTokens(operation);
      if (tokens === undefined || tokens % factor !== 0 || tokens / factor < least) continue;
      layout.mixTimeStrided(operation, timeAxesOf(operation)!);
      context.count("recurrences strided");
    }
    context.count("operations around them strided", layout.spread());
    eraseUnusedCasts(module);
    moveToCheapest(layout.casts, [...walk(module)]);
    eraseUnusedCasts(module);
  },
});
