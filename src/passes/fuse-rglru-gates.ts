/**
 * @file Fuses the two gates of an RG-LRU into one batched product and one elementwise computation. They are found by
 * structure, whatever the order of products and of commutative operands, through conversions and reshapes; a gate that
 * anything else uses is left alone.
 */
import { Builder } from "../ir/builder.js";
import { Emitter, shapeOf, typeOf } from "../ir/emit.js";
import { type Operation, type Value, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { replaceAllUses } from "../ir/rewriter.js";
import { eraseDeadOperations } from "./dce.js";
import { inFloat32 } from "./float32.js";
import { matchRgLru, type RgLru } from "./fuse-rglru-gates/pattern.js";
import { peel } from "./match.js";
import { definePass } from "./pass.js";

/** `value` in another shape, reshapes that it comes through left out. */
const reshaped = (e: Emitter, value: Value, shape: readonly number[]): Value =>
  e.reshape(peel(value, "stablehlo.reshape"), shape);

/** log a / r, [e] in f32, from parameters alone. */
function logDecay(e: Emitter, found: RgLru, channels: number): Value {
  const vectors = found.decay.map((part) => reshaped(e, inFloat32(part, e), [channels]));
  const product = vectors.reduce(e.mul);
  return found.scale === 1 ? product : e.scalar("multiply", product, found.scale);
}

/** Both biases in f32 as [n, 2w]: in each block those of the input gate, then those of the recurrence gate. */
function fusedBias(e: Emitter, found: RgLru, heads: number, width: number): Value {
  const parts = [found.inputBias, found.recurrenceBias].map((bias) =>
    inFloat32(reshaped(e, bias, [heads, width]), e),
  );
  return e.concat(parts, 1);
}

/**
 * Makes what uses the scan of an RG-LRU use one with fused gates instead. The old one stays, without users.
 * @returns what stands for its results; undefined when `scan` is another recurrence
 */
export function fuseGatesOf(scan: OperationOf<"nn.linear_scan"> & Operation): readonly Value[] | undefined {
  const found = matchRgLru(scan);
  if (found === undefined) return undefined;
  const builder = Builder.before(scan);
  const e = new Emitter(builder);
  const [heads, width] = shapeOf(found.inputWeight) as readonly [number, number, number];
  const w = e.concat([found.inputWeight, found.recurrenceWeight], 2);
  builder.precision = found.precision;
  const z = builder.create("nn.block_diagonal_dot", [found.x, w], {}).result;
  const bias = fusedBias(e, found, heads, width);
  const decay = logDecay(e, found, heads * width);
  const gates = builder.create("griffin.rg_lru_gates", [found.x, z, bias, decay, found.reset], { heads });
  const operands = [...gates.results, scan.operands[2]!];
  const [y, last] = builder.create("nn.linear_scan", operands, scan.attributes).results;
  const results = [e.convert(y!, typeOf(scan.results[0]!).element), last!];
  scan.results.forEach((result, i) => {
    replaceAllUses(result, results[i]!);
  });
  return results;
}

export const fuseRgLruGates = definePass({
  name: "fuse-rglru-gates",
  summary: "Makes the gates of an RG-LRU one block-diagonal product and one elementwise computation in f32.",
  example: {
    before: `
func.func @main(%x: tensor<1x3x4xf32>, %gi: tensor<2x2x2xf32>, %bi: tensor<2x2xf32>, %gr: tensor<2x2x2xf32>, %br: tensor<2x2xf32>, %lambda: tensor<4xf32>, %reset: tensor<1x3xi1>, %h0: tensor<1x4xf32>) -> (tensor<1x3x4xf32>, tensor<1x4xf32>) {
  %zero = stablehlo.constant dense<0.0> : tensor<1x3x4xf32>
  %one = stablehlo.constant dense<1.0> : tensor<1x3x4xf32>
  %two = stablehlo.constant dense<2.0> : tensor<1x3x4xf32>
  %minus8 = stablehlo.constant dense<-8.0> : tensor<1x3x4xf32>
  %0 = "nn.block_diagonal_dot"(%x, %gi) : (tensor<1x3x4xf32>, tensor<2x2x2xf32>) -> tensor<1x3x4xf32>
  %1 = stablehlo.reshape %bi : (tensor<2x2xf32>) -> tensor<4xf32>
  %2 = stablehlo.broadcast_in_dim %1, dims = [2] : (tensor<4xf32>) -> tensor<1x3x4xf32>
  %3 = stablehlo.add %0, %2 : tensor<1x3x4xf32>
  %i = stablehlo.logistic %3 : tensor<1x3x4xf32>
  %4 = "nn.block_diagonal_dot"(%x, %gr) : (tensor<1x3x4xf32>, tensor<2x2x2xf32>) -> tensor<1x3x4xf32>
  %5 = stablehlo.reshape %br : (tensor<2x2xf32>) -> tensor<4xf32>
  %6 = stablehlo.broadcast_in_dim %5, dims = [2] : (tensor<4xf32>) -> tensor<1x3x4xf32>
  %7 = stablehlo.add %4, %6 : tensor<1x3x4xf32>
  %r = stablehlo.logistic %7 : tensor<1x3x4xf32>
  %8 = "nn.softplus"(%lambda) : (tensor<4xf32>) -> tensor<4xf32>
  %9 = stablehlo.broadcast_in_dim %8, dims = [2] : (tensor<4xf32>) -> tensor<1x3x4xf32>
  %10 = stablehlo.multiply %r, %9 : tensor<1x3x4xf32>
  %log_a = stablehlo.multiply %10, %minus8 : tensor<1x3x4xf32>
  %a = stablehlo.exponential %log_a : tensor<1x3x4xf32>
  %11 = stablehlo.multiply %log_a, %two : tensor<1x3x4xf32>
  %a2 = stablehlo.exponential %11 : tensor<1x3x4xf32>
  %12 = stablehlo.subtract %one, %a2 : tensor<1x3x4xf32>
  %13 = stablehlo.sqrt %12 : tensor<1x3x4xf32>
  %start = stablehlo.broadcast_in_dim %reset, dims = [0, 1] : (tensor<1x3xi1>) -> tensor<1x3x4xi1>
  %beta = stablehlo.select %start, %one, %13 : tensor<1x3x4xi1>, tensor<1x3x4xf32>
  %14 = stablehlo.multiply %x, %i : tensor<1x3x4xf32>
  %x_hat = stablehlo.multiply %14, %beta : tensor<1x3x4xf32>
  %a_hat = stablehlo.select %start, %zero, %a : tensor<1x3x4xi1>, tensor<1x3x4xf32>
  %h:2 = "nn.linear_scan"(%x_hat, %a_hat, %h0) <{axis = 1 : i64}> : (tensor<1x3x4xf32>, tensor<1x3x4xf32>, tensor<1x4xf32>) -> (tensor<1x3x4xf32>, tensor<1x4xf32>)
  return %h#0, %h#1 : tensor<1x3x4xf32>, tensor<1x4xf32>
}`,
    after: `
func.func @main(%x: tensor<1x3x4xf32>, %gi: tensor<2x2x2xf32>, %bi: tensor<2x2xf32>, %gr: tensor<2x2x2xf32>, %br: tensor<2x2xf32>, %lambda: tensor<4xf32>, %reset: tensor<1x3xi1>, %h0: tensor<1x4xf32>) -> (tensor<1x3x4xf32>, tensor<1x4xf32>) {
  %0 = "nn.softplus"(%lambda) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = stablehlo.concatenate %gi, %gr, dim = 2 : (tensor<2x2x2xf32>, tensor<2x2x2xf32>) -> tensor<2x2x4xf32>
  %2 = "nn.block_diagonal_dot"(%x, %1) : (tensor<1x3x4xf32>, tensor<2x2x4xf32>) -> tensor<1x3x8xf32>
  %3 = stablehlo.concatenate %bi, %br, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %cst = stablehlo.constant dense<-8.0> : tensor<4xf32>
  %4 = stablehlo.multiply %0, %cst : tensor<4xf32>
  %5:2 = "griffin.rg_lru_gates"(%x, %2, %3, %4, %reset) <{heads = 2 : i64}> : (tensor<1x3x4xf32>, tensor<1x3x8xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<1x3xi1>) -> (tensor<1x3x4xf32>, tensor<1x3x4xf32>)
  %6:2 = "nn.linear_scan"(%5#0, %5#1, %h0) <{axis = 1 : i64}> : (tensor<1x3x4xf32>, tensor<1x3x4xf32>, tensor<1x4xf32>) -> (tensor<1x3x4xf32>, tensor<1x4xf32>)
  return %6#0, %6#1 : tensor<1x3x4xf32>, tensor<1x4xf32>
}`,
  },
  run(module, context) {
    for (const scan of [...walk(module)]) {
      // One that was dead went with what another left unused.
      if (!isOp(scan, "nn.linear_scan") || scan.block === undefined) continue;
      if (fuseGatesOf(scan) === undefined) continue;
      eraseDeadOperations(scan.block!);
      context.count("gate pairs fused");
    }
  },
});
