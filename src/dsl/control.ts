/** @file Control flow: loops and branches over named tensors. */
import { Builder } from "../ir/builder.js";
import type { Block, Region, Value } from "../ir/operation.js";
import { addArgument, makeBlock, makeRegion } from "../ir/rewriter.js";
import { checkList, checkTensor } from "./align.js";
import { type DType, describe } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import { handOut, neverProbed, probesOfAny } from "./probe.js";
import {
  alike,
  checkFunction,
  checkTensors,
  inOrder,
  like,
  typesOf,
  valuesOf,
  type Widened,
} from "./records.js";
import type { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type Probes, type TensorData } from "./trace.js";

/** A body that is traced, and not closed yet: what it hands out beside its own results shows later. */
interface Body {
  readonly block: Block;
  readonly builder: Builder;
  readonly returns: readonly Value[];
  readonly probes: Probes;
}

function traceBody(
  argumentTypes: ReturnType<typeof typesOf>,
  build: (args: readonly Value[]) => readonly Value[],
): Body {
  const block = makeBlock(argumentTypes);
  const builder = Builder.atEnd(block);
  builder.location = builderHere().location;
  builder.precision = builderHere().precision;
  const { made: returns, probes } = currentTrace().inBody(builder, () => build(block.arguments));
  return { block, builder, returns, probes };
}

function closed({ block, builder, returns }: Body, handedOut: readonly Value[]): Region {
  builder.create("stablehlo.return", [...returns, ...handedOut], {});
  return makeRegion([block]);
}

/** Complains of what JavaScript knows already, of which a program holds one side alone. */
function checkScalar(op: string, what: string, given: unknown): asserts given is TensorData {
  const isKnown = typeof given === "boolean" || typeof given === "number";
  if (!isKnown) {
    checkTensor(op, what, given);
    return;
  }
  throw new ShapeError({
    message: `${op}: ${what} is no tensor`,
    expected: "one element that the program computes",
    got: String(given),
    hint: "what is known while the program is traced chooses in JavaScript: if, ?:",
  });
}

/** Complains unless a tensor is one element of a type. */
function scalarOf(op: string, what: string, tensor: TensorData, dtype: DType): Value {
  checkScalar(op, what, tensor);
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
  checkFunction("whileLoop", "the condition", condition, "(carried) => carried.i.lt(n)");
  checkFunction("whileLoop", "the body", body, "(carried) => ({ i: carried.i.add(1) })");
  const trace = currentTrace();
  const names = Object.keys(initial);
  const conditionRegion = builderHere().region(typesOf(initial), (args, inner) => {
    const more = trace.inBuilder(inner, () =>
      scalarOf("whileLoop", "the condition", condition(like(initial, args)), "i1"),
    );
    inner.create("stablehlo.return", [more], {});
  });
  const bodyOfLoop = traceBody(typesOf(initial), (args) => {
    const next = body(like(initial, args));
    return inOrder(names, alike("whileLoop", "the body", initial, next));
  });
  const probes = [...bodyOfLoop.probes];
  const probed = probes.map(([, { value }]) => value);
  for (const { type } of probed)
    for (const block of [conditionRegion.entry, bodyOfLoop.block]) addArgument(block, type);
  const regions = [conditionRegion, closed(bodyOfLoop, probed)];
  const operands = [...valuesOf(initial), ...probes.map(([path, tensor]) => neverProbed(path, tensor))];
  const results = operands.map(({ type }) => type);
  const loop = builderHere().create("stablehlo.while", operands, {}, { regions, results });
  handOut(bodyOfLoop.probes, loop.results.slice(names.length));
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
  checkList("switchCase", "the branches", cases, "[() => ({ y: a }), () => ({ y: b })]");
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
  for (const body of bodies) checkFunction(op, "a branch", body, "() => ({ y: tensor })");
  const traced = bodies.map((body) =>
    traceBody([], () => {
      const result = body();
      checkTensors(`${op}: a branch`, result);
      first ??= result;
      return inOrder(Object.keys(first), alike(op, "a branch", first, result));
    }),
  );
  const probes = probesOfAny(traced.map((body) => body.probes));
  const regions = traced.map((body) => closed(body, handedOutBy(body, probes)));
  const types = typesOf(first!);
  const trace = currentTrace();
  const handedOut = [...probes.values()].map(({ axes, dtype }) => trace.typeOf(axes, dtype));
  const results = create(regions, [...types, ...handedOut]);
  handOut(probes, results.slice(types.length));
  return like(first!, results);
}

/** What a branch hands out of the probes of all: those that it lacks never were. */
const handedOutBy = ({ builder, probes }: Body, all: Probes): readonly Value[] =>
  currentTrace().inBuilder(builder, () =>
    [...all].map(([path, tensor]) => probes.get(path)?.value ?? neverProbed(path, tensor)),
  );
