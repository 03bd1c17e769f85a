/** @file Control flow: loops and branches over named tensors. */
import type { Region, Value } from "../ir/operation.js";
import { type DType, describe } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import { checkAlike, checkTensors, inOrder, like, typesOf, valuesOf, type Widened } from "./records.js";
import type { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";

/** A region whose body returns values. */
function bodyRegion(
  argumentTypes: ReturnType<typeof typesOf>,
  build: (args: readonly Value[]) => readonly Value[],
): Region {
  const trace = currentTrace();
  return builderHere().region(argumentTypes, (args, inner) => {
    const results = trace.inBuilder(inner, () => build(args));
    inner.create("stablehlo.return", results, {});
  });
}

/** Complains unless a tensor is one element of a type. */
function scalarOf(op: string, what: string, tensor: TensorData, dtype: DType): Value {
  if (tensor.axes.length === 0 && tensor.dtype === dtype) return tensor.value;
  throw new ShapeError({
    message: `${op}: ${what} must be one element`,
    expected: describe([], dtype),
    got: describe(tensor.axes, tensor.dtype),
  });
}

/** Repeats `body` on the carried tensors while `condition` holds. Shapes and element types must not change. */
export function whileLoop<R extends object>(
  initial: R,
  condition: (carried: Widened<R>) => Tensor<never, "i1">,
  body: (carried: Widened<R>) => Widened<R>,
): Widened<R> {
  checkTensors("whileLoop: the carried tensors", initial);
  const names = Object.keys(initial);
  const conditionRegion = bodyRegion(typesOf(initial), (args) => [
    scalarOf("whileLoop", "the condition", condition(like(initial, args)), "i1"),
  ]);
  const bodyOfLoop = bodyRegion(typesOf(initial), (args) => {
    const next = body(like(initial, args));
    checkAlike("whileLoop", "the body", initial, next);
    return inOrder(names, next);
  });
  const regions = [conditionRegion, bodyOfLoop];
  const loop = builderHere().create(
    "stablehlo.while",
    valuesOf(initial),
    {},
    { regions, results: typesOf(initial) },
  );
  return like(initial, loop.results);
}

/** The tensors of one branch or the other; both must return the same names, axes and element types. */
export function cond<R extends object>(
  predicate: Tensor<never, "i1">,
  onTrue: () => R,
  onFalse: () => R,
): Widened<R> {
  const which = scalarOf("cond", "the predicate", predicate, "i1");
  return branches(
    "cond",
    [onTrue, onFalse],
    (regions, results) => builderHere().create("stablehlo.if", [which], {}, { regions, results }).results,
  );
}

/** The tensors of branch number `index`; the last one for numbers out of range. */
export function switchCase<R extends object>(
  index: Tensor<never, "i32">,
  cases: readonly (() => R)[],
): Widened<R> {
  if (cases.length === 0) throw new TraceError({ message: "switchCase: no branches given" });
  const which = scalarOf("switchCase", "the index", index, "i32");
  return branches(
    "switchCase",
    cases,
    (regions, results) => builderHere().create("stablehlo.case", [which], {}, { regions, results }).results,
  );
}

function branches<R extends object>(
  op: string,
  bodies: readonly (() => R)[],
  create: (regions: readonly Region[], results: ReturnType<typeof typesOf>) => readonly Value[],
): Widened<R> {
  let first: R | undefined;
  const regions = bodies.map((body) =>
    bodyRegion([], () => {
      const result = body();
      checkTensors(`${op}: a branch`, result);
      first ??= result;
      checkAlike(op, "a branch", first, result);
      return inOrder(Object.keys(first), result);
    }),
  );
  return like(first!, create(regions, typesOf(first!)));
}
