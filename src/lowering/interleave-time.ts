/**
 * @file interleave-time: rows of tokens in another order. Token t of a program's T tokens stands in row (t mod n) T/n + t div n: the n
 * tokens of a stretch lie T/n rows apart, so that the steps of a recurrence are whole slabs of rows, and what is side by side in a
 * slab is independent. Most of a model computes each row by itself and does not notice. Scans, convolutions and attention learn of it by
 * their attribute `interleave`; for rings the order is undone. A program with anything that the pass does not understand, or that gives
 * rows back, is left as it is.
 */
import { z } from "zod";
import { Builder } from "../ir/builder.js";
import type { Block, Operation, Value } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { setAttributes, setOperands } from "../ir/rewriter.js";
import { definePass, type PassExample } from "../passes/pass.js";
import { bodyOf, findFunction } from "../ir/analysis/symbols.js";
import { Emitter, shapeOf } from "../ir/emit.js";
import { ordered, RowAnalysis, walkers } from "./interleave-time/rows.js";
import { toStrided, toOrdered } from "./time-layout.js";

/** Fewer rows a slab are not worth it: tiles of the matrix unit would not be full. */
const LEAST_SLAB = 64;

/** Inputs with rows of tokens: [b, t] integers with one t. */
function tokenInputs(block: Block): readonly Value[] {
  const inputs = block.arguments.filter(
    ({ type }) =>
      type.kind === "tensor" && type.element === "i32" && type.shape.length === 2 && type.shape[1]! > 1,
  );
  const [first] = inputs;
  return inputs.every((input) => input.type === first?.type) ? inputs : [];
}

const isInterleaved = ({ attributes }: Operation): boolean =>
  ((attributes as { readonly strided?: number }).strided ?? 1) > 1;

/** Operands that an operation wants in order, from rows that are interleaved. */
class Orders {
  readonly #ordered = new Map<Value, Value>();

  constructor(readonly factor: number) {}

  /** What a value that is interleaved now was before. */
  know(interleaved: Value, inOrder: Value): void {
    this.#ordered.set(interleaved, inOrder);
  }

  of(value: Value, before: Operation): Value {
    const known = this.#ordered.get(value);
    if (known !== undefined) return known;
    const made = toOrdered(new Emitter(Builder.before(before)), value, this.factor);
    this.#ordered.set(value, made);
    return made;
  }
}

/** Replaces uses of `from` by `to` but in the operations that make `to`. */
function replaceUsesAfter(from: Value, to: Value, makers: ReadonlySet<Operation>): void {
  for (const user of [...from.users]) {
    if (makers.has(user)) continue;
    setOperands(
      user,
      user.operands.map((operand) => (operand === from ? to : operand)),
    );
  }
}

/** Interleaves a value where it is made, for all who read it; gives what they read now. */
function interleaveAt(value: Value, builder: Builder, factor: number): Value {
  const before = new Set(value.users);
  const made = toStrided(new Emitter(builder), value, factor);
  const makers = new Set([...value.users].filter((user) => !before.has(user)));
  replaceUsesAfter(value, made, makers);
  return made;
}

function interleave(block: Block, rows: RowAnalysis, factor: number): number {
  const orders = new Orders(factor);
  const operations = [...block];
  for (const input of rows.inputs) {
    orders.know(interleaveAt(input, Builder.before(operations[0]!), factor), input);
  }
  let count = 0;
  for (const operation of operations) {
    if (isOp(operation, ...walkers) && rows.has(operation.results[0]!)) {
      setAttributes(operation as Operation, { ...operation.attributes, strided: factor });
      count += 1;
    }
    const wanted = ordered[operation.name];
    if (wanted === undefined) continue;
    setOperands(
      operation,
      operation.operands.map((operand, i) => (wanted.includes(i) ? orders.of(operand, operation) : operand)),
    );
  }
  return count;
}

const example: PassExample = {
  options: "factor=2 least-rows=1",
  before: `func.func public @main(%tokens: tensor<1x4xi32>, %table: tensor<9x3xf32>, %scale: tensor<3xf32>, %a: tensor<3xf32>, %h0: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %0 = stablehlo.reshape %tokens : (tensor<1x4xi32>) -> tensor<1x4x1xi32>
  %1 = "stablehlo.gather"(%table, %0) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, slice_sizes = array<i64: 1, 3>}> : (tensor<9x3xf32>, tensor<1x4x1xi32>) -> tensor<1x4x3xf32>
  %2 = "nn.rms_norm"(%1, %scale) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<1x4x3xf32>, tensor<3xf32>) -> tensor<1x4x3xf32>
  %3 = stablehlo.broadcast_in_dim %a, dims = [2] : (tensor<3xf32>) -> tensor<1x4x3xf32>
  %4 = stablehlo.multiply %2, %3 : tensor<1x4x3xf32>
  %5:2 = "nn.linear_scan"(%2, %4, %h0) <{axis = 1 : i64}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
  return %5#1 : tensor<1x3xf32>
}`,
  after: `func.func public @main(%tokens: tensor<1x4xi32>, %table: tensor<9x3xf32>, %scale: tensor<3xf32>, %a: tensor<3xf32>, %h0: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %slabs = stablehlo.reshape %tokens : (tensor<1x4xi32>) -> tensor<1x2x2xi32>
  %swapped = stablehlo.transpose %slabs, dims = [0, 2, 1] : (tensor<1x2x2xi32>) -> tensor<1x2x2xi32>
  %interleaved = stablehlo.reshape %swapped : (tensor<1x2x2xi32>) -> tensor<1x4xi32>
  %0 = stablehlo.reshape %interleaved : (tensor<1x4xi32>) -> tensor<1x4x1xi32>
  %1 = "stablehlo.gather"(%table, %0) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, slice_sizes = array<i64: 1, 3>}> : (tensor<9x3xf32>, tensor<1x4x1xi32>) -> tensor<1x4x3xf32>
  %2 = "nn.rms_norm"(%1, %scale) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<1x4x3xf32>, tensor<3xf32>) -> tensor<1x4x3xf32>
  %3 = stablehlo.broadcast_in_dim %a, dims = [2] : (tensor<3xf32>) -> tensor<1x4x3xf32>
  %4 = stablehlo.multiply %2, %3 : tensor<1x4x3xf32>
  %5:2 = "nn.linear_scan"(%2, %4, %h0) <{axis = 1 : i64, strided = 2 : i64}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
  return %5#1 : tensor<1x3xf32>
}`,
};

export const interleaveTime = definePass({
  name: "interleave-time",
  summary: "Puts rows of tokens into an order in which the steps of a recurrence are whole slabs of rows.",
  options: z.object({
    factor: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe("tokens of a stretch, one in each slab; 1 leaves all as it is"),
    "least-rows": z.number().int().min(1).default(LEAST_SLAB).describe("fewest rows of a slab"),
  }),
  example,
  run(module, context, { factor, "least-rows": least }) {
    const main = findFunction(module, "main");
    const block = main && bodyOf(main);
    if (factor === 1 || block === undefined) return;
    const inputs = tokenInputs(block);
    const time = inputs[0] === undefined ? 0 : shapeOf(inputs[0])[1]!;
    const walking = block.operations.filter((operation) => isOp(operation, ...walkers));
    // Without scans there is nothing to gain; with interleaved ones it is done.
    if (walking.length === 0 || walking.some(isInterleaved)) return;
    if (time % factor !== 0 || time / factor < least || block.operations.length === 0) return;
    const rows = new RowAnalysis(block, inputs);
    if (!rows.run()) return;
    const count = interleave(block, rows, factor);
    if (count > 0) context.count("scans and convolutions interleaved", count);
  },
});
