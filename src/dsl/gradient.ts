/** @file Gradients of functions of the DSL: grad, valueAndGrad, vjp, gradients of parameters, and where gradients stop. */
import {
  DifferentiationError,
  Functions,
  identity,
  pullBack,
  stopGradientOf,
  zeros,
} from "../autodiff/index.js";
import { Emitter } from "../ir/emit.js";
import type { Operation, Value } from "../ir/operation.js";
import { isComplex, isFloat } from "../ir/types.js";
import { ownValue } from "../support/own-value.js";
import { describe, type DType, type FloatDType } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import {
  type AnyTensor,
  checkFunction,
  checkTensors,
  inAxesOf,
  like,
  tensorsOf,
  valuesOf,
  type Widened,
} from "./records.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type Trace } from "./trace.js";

/** The element types that have gradients. */
export type DifferentiableDType = FloatDType | "complex<f32>" | "complex<f64>";

/** Of a record's tensors those that have gradients; integers and booleans have none. */
export type GradientsOf<X> = {
  readonly [K in keyof X as X[K] extends Tensor<infer _, infer D>
    ? D extends DifferentiableDType
      ? K
      : never
    : never]: X[K];
};

/** What a function of a loss returns: one number, and anything beside it. */
interface WithLoss<D extends FloatDType> {
  readonly loss: Tensor<never, D>;
}

const functionsOf = new WeakMap<Trace, Functions>();

/** The functions of the program being traced; one list, so that gradient functions are made once. */
export function functionsHere(): Functions {
  const trace = currentTrace();
  const known = functionsOf.get(trace) ?? new Functions(trace.module);
  functionsOf.set(trace, known);
  return known;
}

const hasGradient = ({ dtype }: AnyTensor): boolean => isFloat(dtype) || isComplex(dtype);

/** What `body` appends to the block that is being written. */
export function traceOperations<R>(body: () => R): {
  readonly made: R;
  readonly operations: readonly Operation[];
} {
  const { block } = currentTrace().builder;
  const last = block.last;
  const made = body();
  const operations: Operation[] = [];
  for (let at = block.last; at !== last; at = at!.previous) operations.push(at!);
  return { made, operations: operations.reverse() };
}

interface Pulled {
  readonly operations: readonly Operation[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly { readonly value: Value; readonly cotangent: Value }[];
}

/** The cotangents of inputs, by the author's place where there are none. */
function cotangentsOf(pulled: Pulled): readonly (Value | undefined)[] {
  const { builder } = currentTrace();
  const { block } = builder;
  const functions = functionsHere();
  const { location, precision } = builderHere();
  try {
    return pullBack({ ...pulled, functions, block, location, precision });
  } catch (error) {
    if (!(error instanceof DifferentiationError)) throw error;
    throw new TraceError({ ...error.details, cause: error });
  }
}

/** Gradients as tensors like their inputs; zeros for what the outputs do not depend on. */
function asTensors(
  inputs: Readonly<Record<string, AnyTensor>>,
  cotangents: readonly (Value | undefined)[],
): Readonly<Record<string, AnyTensor>> {
  const entries = Object.entries(inputs).map(([name, { axes, dtype }], i) => {
    const value = cotangents[i] ?? zeros(new Emitter(builderHere()), currentTrace().typeOf(axes, dtype));
    return [name, new Tensor(axes, dtype, value)] as const;
  });
  return Object.fromEntries(entries);
}

/** The same record, each tensor an identity of its own: what is used of it elsewhere is no part of the gradient. */
function apart<X extends object>(args: X): X {
  const values = tensorsOf(args).map(({ value }) => identity(builderHere(), value));
  return like(args, values) as X;
}

/** The tensors of a record that have gradients. */
export const differentiableOf = (record: object): Readonly<Record<string, AnyTensor>> =>
  Object.fromEntries(Object.entries(record as Record<string, AnyTensor>).filter(([, t]) => hasGradient(t)));

/** Complains unless a loss is one float; 1, its cotangent. */
function seedOf(op: string, loss: unknown): { readonly value: Value; readonly cotangent: Value } {
  checkTensors(op, { loss });
  const { axes, dtype, value } = loss as AnyTensor;
  if (axes.length > 0 || !isFloat(dtype)) {
    throw new ShapeError({
      message: `${op}: the loss must be one float`,
      expected: describe([], "f32"),
      got: describe(axes, dtype),
      hint: "sum or average it, or use vjp with a cotangent of its shape",
    });
  }
  builderHere();
  return { value, cotangent: currentTrace().fill(op, 1, axes, dtype) };
}

/**
 * What `f` returns, and the gradients of its `loss` (one float) with respect to its arguments: tensors like them, for those that hold
 * floats or complex numbers. What `f` uses beside its arguments counts as constant.
 * @throws TraceError for an op that has no gradient, naming its line
 */
export function valueAndGrad<X extends object, Y extends object, D extends FloatDType>(
  f: (args: X) => Y & WithLoss<D>,
): (args: X) => Widened<Y> & { readonly gradients: GradientsOf<X> } {
  checkFunction("valueAndGrad", "what is differentiated", f, "({ x }) => ({ loss })");
  return withGradients("valueAndGrad", f);
}

/** `valueAndGrad` as `op` calls it. */
function withGradients<X extends object, Y extends object, D extends FloatDType>(
  op: string,
  f: (args: X) => Y & WithLoss<D>,
): (args: X) => Widened<Y> & { readonly gradients: GradientsOf<X> } {
  return (args) => {
    checkTensors(`${op}: the arguments`, args);
    const own = apart(args);
    const { made, operations } = traceOperations(() => f(own));
    checkTensors(`${op}: the function`, made);
    const wanted = differentiableOf(own);
    const inputs = valuesOf(wanted);
    const cotangents = cotangentsOf({ operations, inputs, outputs: [seedOf(op, made.loss)] });
    const gradients = asTensors(wanted, cotangents) as unknown as GradientsOf<X>;
    return { ...made, gradients };
  };
}

/** The gradients of the one float that `f` returns with respect to its arguments; see `valueAndGrad`. */
export function grad<X extends object, D extends FloatDType>(
  f: (args: X) => Tensor<never, D>,
): (args: X) => GradientsOf<X> {
  checkFunction("grad", "what is differentiated", f, "({ x }) => loss");
  const both = withGradients("grad", (args: X) => ({ loss: f(args) }));
  return (args) => both(args).gradients;
}

/**
 * What `body` returns, and the gradients of its `loss` (one float) with respect to all parameters that the program has met, by their
 * paths; `wanted` chooses among them.
 * @throws TraceError for an op that has no gradient, naming its line
 */
export function gradientsOfParameters<Y extends object, D extends FloatDType>(
  body: () => Y & WithLoss<D>,
  wanted: (path: string) => boolean = () => true,
): Widened<Y> & { readonly gradients: Readonly<Record<string, AnyTensor>> } {
  const op = "gradientsOfParameters";
  const { made, operations } = traceOperations(body);
  checkTensors(`${op}: the body`, made);
  const parameters = currentTrace().arguments.filter(
    ({ role, name }) => role === "parameter" && wanted(name),
  );
  const tensors = parameters.map(({ name, axes, dtype, value }) => [name, new Tensor(axes, dtype, value)]);
  const inputs = differentiableOf(Object.fromEntries(tensors));
  const outputs = [seedOf(op, made.loss)];
  const cotangents = cotangentsOf({ operations, inputs: valuesOf(inputs), outputs });
  return { ...made, gradients: asTensors(inputs, cotangents) };
}

/** What a function returned, and its pullback. */
export interface VectorJacobianProduct<X, Y> {
  readonly results: Y;
  /**
   * The gradients of the sum of all results times their cotangents, with respect to the arguments. A cotangent is like its result; one
   * that is not given is zero.
   */
  pullback(cotangents: Partial<GradientsOf<Y>>): GradientsOf<X>;
}

/** The value of the result that a cotangent is given for, which is like it, and the cotangent's with its axes in that order. */
function resultLike(results: object, name: string, cotangent: AnyTensor) {
  const result = ownValue(differentiableOf(results), name);
  const fitting = result === undefined ? undefined : inAxesOf(result, cotangent);
  if (result !== undefined && fitting !== undefined) return { value: result.value, cotangent: fitting.value };
  throw new ShapeError({
    message: `vjp: a cotangent is unlike its result: "${name}"`,
    expected: result?.toString() ?? "nothing",
    got: cotangent.toString(),
  });
}

/** Calls `f`, and gives its results with their pullback, which may be called any number of times. */
export function vjp<X extends object, Y extends object>(
  f: (args: X) => Y,
  args: X,
): VectorJacobianProduct<X, Y> {
  return pulledBack("vjp", f, args);
}

/** `vjp` as `op` calls it. */
function pulledBack<X extends object, Y extends object>(
  op: string,
  f: (args: X) => Y,
  args: X,
): VectorJacobianProduct<X, Y> {
  checkFunction(op, "what is differentiated", f, "({ x }) => ({ y: ... })");
  checkTensors(`${op}: the arguments`, args);
  const own = apart(args);
  const { made: results, operations } = traceOperations(() => f(own));
  checkTensors(`${op}: the function`, results);
  const wanted = differentiableOf(own);
  return {
    results,
    pullback(cotangents) {
      checkTensors("vjp: the cotangents", cotangents);
      const outputs = Object.entries(cotangents as Readonly<Record<string, AnyTensor>>).map(
        ([name, cotangent]) => resultLike(results, name, cotangent),
      );
      const values = cotangentsOf({ operations, inputs: valuesOf(wanted), outputs });
      return asTensors(wanted, values) as unknown as GradientsOf<X>;
    },
  };
}

/** The same tensor as a constant: no gradient goes through it. */
export function stopGradient<A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> {
  return new Tensor(x.axes, x.dtype, stopGradientOf(builderHere(), x.value));
}

/** What a function returned, and its derivative there. */
export interface Linearization<X, Y> {
  readonly results: Y;
  /** The derivative of the results in the direction of `tangents`, which are like the arguments; one that is not given is zero. */
  pushforward(tangents: Partial<GradientsOf<X>>): GradientsOf<Y>;
}

/**
 * Calls `f`, and gives its results with their derivative, which may be taken in any number of directions: what depends on the arguments alone is
 * computed once for all. The pullback is linear in the cotangents, so this is the pullback of the pullback: no op needs a second rule.
 */
export function linearize<X extends object, Y extends object>(
  f: (args: X) => Y,
  args: X,
): Linearization<X, Y> {
  return linearized("linearize", f, args);
}

/** `linearize` as `op` calls it. */
function linearized<X extends object, Y extends object>(
  op: string,
  f: (args: X) => Y,
  args: X,
): Linearization<X, Y> {
  const { results, pullback } = pulledBack(op, f, args);
  // Any would do: the pullback is linear in them.
  const cotangents = asTensors(differentiableOf(results), []) as unknown as GradientsOf<Y>;
  const transposed = vjp(
    (given: GradientsOf<Y>) => pullback(given as unknown as Partial<GradientsOf<Y>>),
    cotangents,
  );
  return {
    results,
    pushforward(tangents) {
      checkTensors(`${op}: the tangents`, tangents);
      return transposed.pullback(tangents as never) as unknown as GradientsOf<Y>;
    },
  };
}

/** What `f` returns, and its derivative in one direction; see `linearize`. */
export function jvp<X extends object, Y extends object>(
  f: (args: X) => Y,
  args: X,
  tangents: Partial<GradientsOf<X>>,
): { readonly results: Y; readonly tangents: GradientsOf<Y> } {
  const { results, pushforward } = linearized("jvp", f, args);
  return { results, tangents: pushforward(tangents) };
}
