/**
 * @file Fuses the two gates of an RG-LRU into one batched product and one elementwise computation. They are found by
 * structure, whatever the order of products and of commutative operands, through conversions and reshapes; a gate that
 * anything else uses is left alone.
 */
import { Builder } from "../ir/builder.js";
import { type Operation, type Value, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import { type TensorType, tensorType } from "../ir/types.js";
import { splat } from "../ir/analysis/constants.js";
import { eraseDeadOperations } from "./dce.js";
import { inFloat32 } from "./float32.js";
import { matchRgLru, type RgLru } from "./fuse-rglru-gates/pattern.js";
import { peel } from "./match.js";
import { definePass } from "./pass.js";

const typeOf = (value: Value): TensorType => value.type as TensorType;

function reshape(value: Value, shape: readonly number[], builder: Builder): Value {
  const source = peel(value, "stablehlo.reshape");
  const result = tensorType(shape, typeOf(source).element);
  if (source.type === result) return source;
  return builder.create("stablehlo.reshape", [source], {}, { results: [result] }).result;
}

function convert(value: Value, type: TensorType, builder: Builder): Value {
  if (value.type === type) return value;
  return builder.create("stablehlo.convert", [value], {}, { results: [type] }).result;
}

/** log a / r, [e] in f32, from parameters alone. */
function logDecay(found: RgLru, channels: number, builder: Builder): Value {
  const vectors = found.decay.map((part) => reshape(inFloat32(part, builder), [channels], builder));
  const product = vectors.reduce((a, b) => builder.create("stablehlo.multiply", [a, b], {}).result);
  if (found.scale === 1) return product;
  const scale = splat(builder, tensorType([channels], "f32"), found.scale);
  return builder.create("stablehlo.multiply", [product, scale], {}).result;
}

/** Both biases in f32 as [n, 2w]: in each block those of the input gate, then those of the recurrence gate. */
function fusedBias(found: RgLru, heads: number, width: number, builder: Builder): Value {
  const parts = [found.inputBias, found.recurrenceBias].map((bias) =>
    inFloat32(reshape(bias, [heads, width], builder), builder),
  );
  return builder.create("stablehlo.concatenate", parts, { dimension: 1 }).result;
}

function fuse(scan: OperationOf<"nn.linear_scan">, found: RgLru): void {
  const builder = Builder.before(scan as unknown as Operation);
  const [heads, width] = typeOf(found.inputWeight).shape as readonly [number, number, number];
  const weights = [found.inputWeight, found.recurrenceWeight];
  const w = builder.create("stablehlo.concatenate", weights, { dimension: 2 }).result;
  const z = builder.create("nn.block_diagonal_dot", [found.x, w], {}).result;
  const bias = fusedBias(found, heads, width, builder);
  const decay = logDecay(found, heads * width, builder);
  const gates = builder.create("griffin.rg_lru_gates", [found.x, z, bias, decay, found.reset], { heads });
  const operands = [...gates.results, scan.operands[2]!];
  const [y, last] = builder.create("nn.linear_scan", operands, scan.attributes).results;
  const result = convert(y!, typeOf(scan.results[0]!), builder);
  replaceOperation(scan as unknown as Operation, [result, last!]);
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
  %h:2 = "nn.linear_scan"(%x_hat, %a_hat, %h0) : (tensor<1x3x4xf32>, tensor<1x3x4xf32>, tensor<1x4xf32>) -> (tensor<1x3x4xf32>, tensor<1x4xf32>)
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
  %6:2 = "nn.linear_scan"(%5#0, %5#1, %h0) : (tensor<1x3x4xf32>, tensor<1x3x4xf32>, tensor<1x4xf32>) -> (tensor<1x3x4xf32>, tensor<1x4xf32>)
  return %6#0, %6#1 : tensor<1x3x4xf32>, tensor<1x4xf32>
}`,
  },
  run(module, context) {
    for (const scan of [...walk(module)]) {
      if (!isOp(scan, "nn.linear_scan")) continue;
      const found = matchRgLru(scan);
      if (found === undefined) continue;
      const { block } = scan;
      fuse(scan, found);
      eraseDeadOperations(block!);
      context.count("gate pairs fused");
    }
  },
});
