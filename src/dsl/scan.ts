/** @file scan: a step repeated along an axis, one loop in the program whatever the size. */
import { Builder } from "../ir/builder.js";
import { elementsFromNumbers } from "../ir/elements.js";
import type { Value } from "../ir/operation.js";
import { addArgument, makeBlock, makeRegion } from "../ir/rewriter.js";
import { tensorType } from "../ir/types.js";
import { findAxis, inWords } from "./align.js";
import { type Axis, sizesOf } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import {
  type AnyTensor,
  alike,
  checkFunction,
  checkTensors,
  inOrder,
  like,
  tensorsOf,
  typesOf,
  valuesOf,
  type Widened,
} from "./records.js";
import { handOut } from "./probe.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";
import { checkOptions } from "../support/options.js";

/** What a step returns: what goes on to the next step, and what is stacked along the axis. */
export interface ScanStep<C extends object, Y extends object> {
  readonly carry: C;
  /** Left out where the last carry is all that is wanted. */
  readonly output?: Y;
}

/** A record's tensors without the axis that is walked along. */
export type ElementsOf<X, Over extends string> = {
  readonly [K in keyof X]: X[K] extends Tensor<infer A, infer D> ? Tensor<Exclude<A, Over>, D> : never;
};

/** A record's tensors stacked along the axis. */
export type StacksOf<Y, Over extends string> = {
  readonly [K in keyof Y]: Y[K] extends Tensor<infer A, infer D> ? Tensor<A | Over, D> : never;
};

const scalar = tensorType([], "i32");
const constant = (n: number): Value =>
  builderHere().create("stablehlo.constant", [], { value: elementsFromNumbers(scalar, [n]) }).result;

function commonAxis(over: string, inputs: readonly AnyTensor[]): Axis {
  const [first] = inputs;
  if (first === undefined) {
    throw new TraceError({
      message: "scan: no inputs to go along",
      hint: "use whileLoop to repeat without inputs",
    });
  }
  const { axis } = findAxis("scan", first, over);
  if (axis.size === 0) {
    throw new ShapeError({ message: `scan: axis "${over}" has no elements`, got: String(first) });
  }
  const other = inputs.find((input) => findAxis("scan", input, over).axis.size !== axis.size);
  if (other === undefined) return axis;
  throw new ShapeError({
    message: `scan: axis "${over}" is ${axis.size} in one input and ${findAxis("scan", other, over).axis.size} in another`,
    details: inputs.map((input, i) => `input ${i}: ${input}`),
  });
}

/** Complains of a step that returns something else, whose carry would not be found. */
function checkStep(result: unknown): void {
  if (typeof result === "object" && result !== null && "carry" in result) return;
  const isTuple = Array.isArray(result) && result.length === 2;
  throw new TraceError({
    message: "scan: the step returns no carry",
    expected: "{ carry: { ... } }, and output: { ... } for what is stacked",
    got: inWords(result),
    hint:
      result instanceof Promise
        ? "a function that is traced is not async: await what it needs before"
        : isTuple
          ? "as in JAX, but by name: [carry, output] is { carry, output }"
          : undefined,
  });
}

/** Element `index` along `over`, without that axis. */
function elementAt(input: AnyTensor, over: string, index: Value): AnyTensor {
  const { index: dim } = findAxis("scan", input, over);
  const zero = constant(0);
  const builder = builderHere();
  const one = builder.create(
    "stablehlo.dynamic_slice",
    [input.value, ...input.axes.map((_, i) => (i === dim ? index : zero))],
    { slice_sizes: sizesOf(input.axes).map((size, i) => (i === dim ? 1 : size)) },
  ).result;
  const axes = input.axes.filter((_, i) => i !== dim);
  const type = tensorType(sizesOf(axes), input.dtype);
  return new Tensor(
    axes,
    input.dtype,
    builder.create("stablehlo.reshape", [one], {}, { results: [type] }).result,
  );
}

/** The stack with `row` written at `index`. */
function writeRow(stack: Value, row: TensorData, index: Value): Value {
  const zero = constant(0);
  const builder = builderHere();
  const type = tensorType([1, ...sizesOf(row.axes)], row.dtype);
  const update = builder.create("stablehlo.reshape", [row.value], {}, { results: [type] }).result;
  const starts = [index, ...row.axes.map(() => zero)];
  return builder.create("stablehlo.dynamic_update_slice", [stack, update, ...starts], {}).result;
}

/**
 * Runs `step` once for each element of axis `over` of the inputs, in order (from its end with `reverse`), carrying tensors
 * along; outputs are stacked along the axis, which comes first. @throws ShapeError when the carry changes its shape
 */
export function scan<
  const Over extends string,
  C extends object,
  X extends object,
  Y extends object = object,
>(
  over: Over,
  initial: C,
  inputs: X,
  step: (carry: Widened<C>, input: ElementsOf<X, Over>) => ScanStep<Widened<C>, Y>,
  options: { readonly reverse?: boolean } = {},
): { readonly carry: Widened<C>; readonly outputs: StacksOf<Y, Over> } {
  checkOptions("scan", options, { reverse: true });
  checkFunction("scan", "the step", step, "(carry, input) => ({ carry: { ... }, output: { ... } })");
  const trace = currentTrace();
  const reverse = options.reverse ?? false;
  checkTensors("scan: the carry", initial);
  checkTensors("scan: the inputs", inputs);
  const along = commonAxis(over, tensorsOf(inputs));
  const names = Object.keys(initial);

  // The outputs' shapes show only once the step is traced, so the stacks become arguments of its block afterwards.
  const block = makeBlock([scalar, ...typesOf(initial)]);
  const [index, ...carried] = block.arguments as readonly [Value, ...Value[]];
  const inner = Builder.atEnd(block);
  const { made: outputs, probes } = trace.inBody(inner, () => {
    const elements = tensorsOf(inputs).map((input) => elementAt(input, over, index));
    const result = step(
      like(initial, carried),
      Object.fromEntries(Object.keys(inputs).map((name, i) => [name, elements[i]!])) as object as ElementsOf<
        X,
        Over
      >,
    );
    checkStep(result);
    const carry = alike("scan", "the step's carry", initial, result.carry);
    const { output = {} as Y } = result;
    checkTensors("scan: the step's output", output);
    const written = [...tensorsOf(output), ...trace.probes.values()].map((row) => {
      const stack = addArgument(block, tensorType([along.size, ...sizesOf(row.axes)], row.dtype));
      return writeRow(stack, row, index);
    });
    const next = builderHere().create("stablehlo.add", [index, constant(reverse ? -1 : 1)], {}).result;
    inner.create("stablehlo.return", [next, ...inOrder(names, carry), ...written], {});
    return output;
  });

  const rows = [...tensorsOf(outputs), ...probes.values()];
  const builder = builderHere();
  const loopTypes = block.arguments.map((argument) => argument.type);
  const condition = builder.region(loopTypes, (args, at) =>
    trace.inBuilder(at, () => {
      const bound = constant(reverse ? 0 : along.size);
      const comparison = { comparison_direction: reverse ? ("GE" as const) : ("LT" as const) };
      const more = builderHere().create("stablehlo.compare", [args[0]!, bound], comparison).result;
      at.create("stablehlo.return", [more], {});
    }),
  );
  const stacks = rows.map((row) => trace.fill("scan", 0, [along, ...row.axes], row.dtype));
  const start = constant(reverse ? along.size - 1 : 0);
  const regions = [condition, makeRegion([block])];
  const loop = builder.create(
    "stablehlo.while",
    [start, ...valuesOf(initial), ...stacks],
    {},
    { regions, results: loopTypes },
  );
  const results = loop.results.slice(1);
  const stacked = Object.keys(outputs).map((name, i) => {
    const { axes, dtype } = rows[i]!;
    return [name, new Tensor([along, ...axes], dtype, results[names.length + i]!)];
  });
  handOut(probes, results.slice(names.length + stacked.length), [along]);
  return { carry: like(initial, results), outputs: Object.fromEntries(stacked) as StacksOf<Y, Over> };
}
