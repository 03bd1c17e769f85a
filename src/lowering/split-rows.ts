/**
 * @file split-rows: the computation around a strided scan is done for each strided slice by itself, so that XLA can fuse each step of the
 * scan into the product that makes its inputs or takes its states. Before the scan: the op that makes all its inputs, with the products
 * that only this op reads. After it: everything up to and including one product. Ops that compute row by row may be split: f(x) is the
 * concatenation of f of each slice.
 */
import { rowAxesOf, timeAxesOf } from "../ir/analysis/row-axes.js";
import { Builder } from "../ir/builder.js";
import { Emitter } from "../ir/emit.js";
import { definingOp, type Operation, type Value, walk } from "../ir/operation.js";
import type { RowAxes } from "../ir/ops/define.js";
import { hasTrait, type OpName } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import { type TensorType, tensorType } from "../ir/types.js";
import { definePass, type PassExample } from "../passes/pass.js";
import { stridedSlices } from "./time-layout.js";

/** An operation that is computed slice by slice, and where its rows lie. */
interface Splittable {
  readonly operation: Operation;
  readonly axes: RowAxes;
}

/** Strided slices of values, cut once around each scan for each axis along which rows of a value may lie. */
class Slices {
  readonly #known = new Map<number, Map<Value, readonly Value[]>>();

  constructor(readonly factor: number) {}

  of(value: Value, axis: number, e: Emitter): readonly Value[] {
    const alongAxis = this.#known.get(axis) ?? new Map<Value, readonly Value[]>();
    this.#known.set(axis, alongAxis);
    const known = alongAxis.get(value);
    if (known !== undefined) return known;
    const cut = stridedSlices(e, value, this.factor, axis);
    alongAxis.set(value, cut);
    return cut;
  }
}

/** The type of a strided slice of `value`. */
function sliceType({ type }: Value, axis: number, factor: number): TensorType {
  const { shape, element } = type as TensorType;
  return tensorType(
    shape.map((size, i) => (i === axis ? size / factor : size)),
    element,
  );
}

/** Replaces an operation by one for each strided slice, their results joined. */
function split({ operation, axes }: Splittable, slices: Slices): void {
  const e = new Emitter(Builder.before(operation));
  const { factor } = slices;
  const operands = operation.operands.map((operand, i) => {
    const axis = axes.operands[i];
    return axis === undefined ? operand : slices.of(operand, axis, e);
  });
  const results = operation.results.map((result, i) => sliceType(result, axes.results[i]!, factor));
  const parts = Array.from({ length: factor }, (_, i) => {
    const own = operands.map((operand) => ("owner" in operand ? operand : operand[i]!));
    return e.builder.create(operation.name as OpName, own, operation.attributes as never, { results })
      .results;
  });
  const whole = operation.results.map((_, r) =>
    e.concat(
      parts.map((part) => part[r]!),
      axes.results[r]!,
    ),
  );
  replaceOperation(operation, whole);
}

/** Whether an operation may be split along `axis` of its first result: all its results hold rows, and its attributes fit fewer. */
function splittable(operation: Operation | undefined, axis: number): Splittable | undefined {
  if (operation === undefined || operation.regions.length > 0 || hasTrait(operation, "sized"))
    return undefined;
  const axes = rowAxesOf(operation, axis);
  if (axes === undefined || axes.results.includes(undefined)) return undefined;
  return { operation, axes };
}

/** Whether rows are multiplied by something that is the same for all of them. */
const isProduct = ({ operation, axes }: Splittable): boolean =>
  !hasTrait(operation, "elementwise") && axes.operands.includes(undefined);

/** What computes all inputs of a scan at once, after the products that it alone reads. */
function inputsOf(scan: Operation, time: RowAxes): readonly Splittable[] {
  const makers = scan.operands.flatMap((operand, i) =>
    time.operands[i] === undefined ? [] : [definingOp(operand)],
  );
  const inputs = splittable(makers[0], time.operands[0]!);
  if (inputs === undefined || inputs.operation.results.length < 2) return [];
  if (makers.some((maker) => maker !== inputs.operation)) return [];
  const products = inputs.operation.operands.flatMap((operand, i) => {
    const axis = inputs.axes.operands[i];
    const product =
      axis === undefined || operand.users.size !== 1 ? undefined : splittable(definingOp(operand), axis);
    return product !== undefined && isProduct(product) ? [product] : [];
  });
  return [...products, inputs];
}

/** The only user of a value, if it can be split along the rows that lie along `axis` of the value. */
function nextAfter(value: Value, axis: number): Splittable | undefined {
  const [user, another] = value.users;
  if (user === undefined || another !== undefined || user.results.length !== 1) return undefined;
  if (user.operands.filter((operand) => operand === value).length !== 1) return undefined;
  const at = user.operands.indexOf(value);
  const { type } = user.results[0]!;
  const rank = type.kind === "tensor" ? type.shape.length : 0;
  for (let to = 0; to < rank; to++) {
    const next = splittable(user, to);
    if (next?.axes.operands[at] === axis) return next;
  }
  return undefined;
}

/** Operations from a scan's states through one product up to where rows are read more than once. */
function pathAfter(states: Value, axis: number): readonly Splittable[] {
  const path: Splittable[] = [];
  for (
    let next = nextAfter(states, axis);
    next !== undefined && !(isProduct(next) && path.some(isProduct));
    next = nextAfter(next.operation.results[0]!, next.axes.results[0]!)
  )
    path.push(next);
  return path.some(isProduct) ? path : [];
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
  summary: "Computes what surrounds strided scans for each strided slice apart.",
  example,
  run(module, context) {
    const operations = [...walk(module)];
    const position = new Map(operations.map((operation, i) => [operation, i]));
    for (const scan of operations) {
      const { strided: factor = 1 } = scan.attributes as { readonly strided?: number };
      const time = timeAxesOf(scan);
      if (!hasTrait(scan, "recurrent") || time === undefined || factor === 1) continue;
      const slices = new Slices(factor);
      const around = [...inputsOf(scan, time), ...pathAfter(scan.results[0]!, time.results[0]!)];
      // In the order of the text: slices of a value are cut before the first operation that reads them.
      around.sort((a, b) => position.get(a.operation)! - position.get(b.operation)!);
      for (const each of around) {
        split(each, slices);
        context.count("operations split");
      }
    }
  },
});
