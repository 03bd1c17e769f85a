/** @file Control flow: loops and branches over named tensors. */
import type { Region, Value } from "../ir/operation.js";
import { TraceError } from "./errors.js";
import { checkAlike, inOrder, like, typesOf, valuesOf, type Widened } from "./records.js";
import type { Tensor } from "./tensor.js";
import { builderHere, currentTrace } from "./trace.js";

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

/** Repeats `body` on the carried tensors while `condition` holds. Shapes and element types must not change. */
export function whileLoop<R extends object>(
  initial: R,
  condition: (carried: Widened<R>) => Tensor<never, "i1">,
  body: (carried: Widened<R>) => Widened<R>,
): Widened<R> {
  const names = Object.keys(initial);
  const conditionRegion = bodyRegion(typesOf(initial), (args) => [condition(like(initial, args)).value]);
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
  return branches(
    "cond",
    [onTrue, onFalse],
    (regions, results) =>
      builderHere().create("stablehlo.if", [predicate.value], {}, { regions, results }).results,
  );
}

/** The tensors of branch number `index`; the last one for numbers out of range. */
export function switchCase<R extends object>(
  index: Tensor<never, "i32">,
  cases: readonly (() => R)[],
): Widened<R> {
  if (cases.length === 0) throw new TraceError({ message: "switchCase: no branches given" });
  return branches(
    "switchCase",
    cases,
    (regions, results) =>
      builderHere().create("stablehlo.case", [index.value], {}, { regions, results }).results,
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
      first ??= result;
      checkAlike(op, "a branch", first, result);
      return inOrder(Object.keys(first), result);
    }),
  );
  return like(first!, create(regions, typesOf(first!)));
}
