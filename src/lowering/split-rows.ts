/**
 * @file split-rows: what surrounds a scan of interleaved rows is computed slab by slab too, so that each step of the scan becomes a part
 * of the product that makes it or uses it: the gates before it, and after it all that leads through one product of matrices.
 */
import { Builder } from "../ir/builder.js";
import { definingOp, type Operation, type Value, walk } from "../ir/operation.js";
import { hasTrait, isOp, type OpName } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import { type TensorType, tensorType } from "../ir/types.js";
import { definePass, type PassExample } from "../passes/pass.js";
import { Emitter, shapeOf } from "../ir/emit.js";
import { stridedSlices } from "./time-layout.js";

/** Which operands of an operation have its rows (axis 1); undefined for one that cannot be split. */
function rowOperands(operation: Operation): readonly number[] | undefined {
  if (isOp(operation, "griffin.rg_lru_gates")) return [0, 1, 4];
  if (isOp(operation, "nn.block_diagonal_dot")) return [0];
  if (isOp(operation, "stablehlo.dot_general")) {
    const numbers = operation.attributes.dot_dimension_numbers;
    const isMatrix =
      numbers.lhs_batching_dimensions.length === 0 && !numbers.lhs_contracting_dimensions.includes(1);
    return isMatrix ? [0] : undefined;
  }
  if (isOp(operation, "stablehlo.convert") || hasTrait(operation, "elementwise"))
    return operation.operands.map((_, i) => i);
  return undefined;
}

/** The slabs of values, cut once around each scan. */
class Slabs {
  readonly #known = new Map<Value, readonly Value[]>();

  constructor(readonly factor: number) {}

  of(value: Value, e: Emitter): readonly Value[] {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const cut = stridedSlices(e, value, this.factor);
    this.#known.set(value, cut);
    return cut;
  }
}

/** Replaces an operation by one for each slab, their results joined. */
function splitOperation(operation: Operation, rows: readonly number[], slabs: Slabs): void {
  const e = new Emitter(Builder.before(operation));
  const { factor } = slabs;
  const operands = operation.operands.map((operand, i) =>
    rows.includes(i) ? slabs.of(operand, e) : operand,
  );
  const parts = Array.from({ length: factor }, (_, i) => {
    const own = operands.map((operand) => ("owner" in operand ? operand : operand[i]!));
    const results = operation.results.map(({ type }) => {
      const { shape, element } = type as TensorType;
      return tensorType([shape[0]!, shape[1]! / factor, ...shape.slice(2)], element);
    });
    return e.builder.create(operation.name as OpName, own, operation.attributes as never, { results })
      .results;
  });
  const whole = operation.results.map((_, r) =>
    e.concat(
      parts.map((part) => part[r]!),
      1,
    ),
  );
  replaceOperation(operation, whole);
}

/** The gates that feed a scan and the product that feeds them. */
function gatesBefore(scan: Operation): readonly Operation[] {
  const gates = definingOp(scan.operands[0]!);
  if (!isOp(gates, "griffin.rg_lru_gates") || definingOp(scan.operands[1]!) !== gates) return [];
  const product = definingOp(gates.operands[1]!);
  return isOp(product, "nn.block_diagonal_dot") && gates.operands[1]!.users.size === 1
    ? [product as Operation, gates as Operation]
    : [gates as Operation];
}

/** The only user of a value, if it is one that can be split; products of matrices only `products` times. */
function nextAfter(value: Value, mayMultiply: boolean): Operation | undefined {
  const [user, another] = value.users;
  if (user === undefined || another !== undefined || user.operands.filter((o) => o === value).length !== 1)
    return undefined;
  if (user.results.length !== 1 || shapeOf(user.results[0]!).length !== 3) return undefined;
  const rows = rowOperands(user);
  if (rows === undefined || !rows.includes(user.operands.indexOf(value))) return undefined;
  return isOp(user, "stablehlo.dot_general") && !mayMultiply ? undefined : user;
}

/** Operations from a scan's states through one product of matrices up to where the rows are used more than once. */
function pathAfter(states: Value): readonly Operation[] {
  const path: Operation[] = [];
  let multiplied = false;
  for (
    let next = nextAfter(states, true);
    next !== undefined;
    next = nextAfter(next.results[0]!, !multiplied)
  ) {
    path.push(next);
    multiplied ||= isOp(next, "stablehlo.dot_general");
  }
  return multiplied ? path : [];
}

const example: PassExample = {
  before: `func.func public @main(%x: tensor<1x4x3xf32>, %a: tensor<1x4x3xf32>, %h0: tensor<1x3xf32>, %w: tensor<5x3xf32>) -> tensor<1x4x5xf32> {
  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64, strided = 2 : i64}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
  %1 = stablehlo.dot_general %0#0, %w, contracting_dims = [2] x [1] : (tensor<1x4x3xf32>, tensor<5x3xf32>) -> tensor<1x4x5xf32>
  return %1 : tensor<1x4x5xf32>
}`,
  after: `func.func public @main(%x: tensor<1x4x3xf32>, %a: tensor<1x4x3xf32>, %h0: tensor<1x3xf32>, %w: tensor<5x3xf32>) -> tensor<1x4x5xf32> {
  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64, strided = 2 : i64}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
  %1 = stablehlo.slice %0#0 [0:1, 0:2, 0:3] : (tensor<1x4x3xf32>) -> tensor<1x2x3xf32>
  %2 = stablehlo.slice %0#0 [0:1, 2:4, 0:3] : (tensor<1x4x3xf32>) -> tensor<1x2x3xf32>
  %3 = stablehlo.dot_general %1, %w, contracting_dims = [2] x [1] : (tensor<1x2x3xf32>, tensor<5x3xf32>) -> tensor<1x2x5xf32>
  %4 = stablehlo.dot_general %2, %w, contracting_dims = [2] x [1] : (tensor<1x2x3xf32>, tensor<5x3xf32>) -> tensor<1x2x5xf32>
  %5 = stablehlo.concatenate %3, %4, dim = 1 : (tensor<1x2x5xf32>, tensor<1x2x5xf32>) -> tensor<1x4x5xf32>
  return %5 : tensor<1x4x5xf32>
}`,
};

export const splitRows = definePass({
  name: "split-rows",
  summary: "Computes what surrounds scans of interleaved rows slab by slab.",
  example,
  run(module, context) {
    for (const scan of [...walk(module)]) {
      if (!isOp(scan, "nn.linear_scan")) continue;
      const { strided: factor = 1 } = scan.attributes;
      if (factor === 1) continue;
      const before = gatesBefore(scan as Operation);
      const after = pathAfter(scan.results[0]!);
      const slabs = new Slabs(factor);
      for (const operation of [...before, ...after]) {
        const rows = rowOperands(operation)!;
        splitOperation(operation, rows, slabs);
        context.count("operations split");
      }
    }
  },
});
