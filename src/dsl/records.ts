/** @file Tensors by name: what a loop carries, a branch returns, a function takes. */
import type { Value } from "../ir/operation.js";
import { type TensorType, tensorType } from "../ir/types.js";
import { ownValue } from "../support/own-value.js";
import { type DType, sizesOf } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import { Tensor } from "./tensor.js";

/** A record of tensors as a body sees it. */
export type Widened<R> = { readonly [K in keyof R]: R[K] };
export type AnyTensor = Tensor<string, DType>;
type Named = Readonly<Record<string, AnyTensor>>;

export const tensorsOf = (record: object): readonly AnyTensor[] => Object.values(record) as AnyTensor[];
export const valuesOf = (record: object): readonly Value[] => tensorsOf(record).map((t) => t.value);
export const typesOf = (record: object): readonly TensorType[] =>
  tensorsOf(record).map((t) => tensorType(sizesOf(t.axes), t.dtype));

/** The record's tensors, standing for other values. */
export function like<R extends object>(record: R, replacements: readonly Value[]): Widened<R> {
  const entries = Object.entries(record as Named).map(([name, { axes, dtype }], i) => [
    name,
    new Tensor(axes, dtype, replacements[i]!),
  ]);
  return Object.fromEntries(entries) as Widened<R>;
}

/** The values of a record in the order of `names`. */
export const inOrder = (names: readonly string[], record: object): Value[] =>
  names.map((name) => (record as Named)[name]!.value);

/** Complains unless `record` holds tensors only; `what` says whose it is. */
export function checkTensors(what: string, record: unknown): asserts record is Named {
  const describeOther = (value: unknown): string =>
    typeof value === "object" && value !== null ? "an object" : String(value);
  if (record instanceof Tensor) {
    throw new TraceError({
      message: `${what}: this is a tensor, and no record of tensors`,
      got: record.toString(),
      hint: "name it: { y: tensor }",
    });
  }
  if (record instanceof Promise) {
    throw new TraceError({
      message: `${what}: this is a promise, and no record of tensors`,
      hint: "a function that is traced is not async: await what it needs before",
    });
  }
  if (typeof record !== "object" || record === null) {
    throw new TraceError({
      message: `${what}: this is no record of tensors`,
      got: describeOther(record),
      hint: "name them: { y: tensor }",
    });
  }
  for (const [name, value] of Object.entries(record)) {
    if (value instanceof Tensor) continue;
    throw new TraceError({ message: `${what}: "${name}" is no tensor`, got: describeOther(value) });
  }
}

/** Complains unless `got` has the tensors of `wanted` and no others, alike in axes and element type. */
export function checkAlike(op: string, what: string, wanted: object, got: unknown): void {
  checkTensors(`${op}: ${what}`, got);
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
    const [expected, actual] = [ownValue(wanted as Named, name), ownValue(got, name)];
    if (actual !== undefined && actual.toString() === expected?.toString()) continue;
    throw new ShapeError({
      message: `${op}: ${what} returns another "${name}"`,
      expected: expected?.toString() ?? "nothing",
      got: actual?.toString() ?? "nothing",
    });
  }
}
