/** @file Tensors by name: what a loop carries, a branch returns, a function takes. */
import type { Value } from "../ir/operation.js";
import { type TensorType, tensorType } from "../ir/types.js";
import { ownValue } from "../support/own-value.js";
import { broadcastTo, inWords } from "./align.js";
import { type DType, sizesOf } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import { Tensor } from "./tensor.js";
import type { TensorData } from "./trace.js";

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
    typeof value === "object" && value !== null
      ? "an object"
      : typeof value === "function"
        ? "a function"
        : String(value);
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
  if (Array.isArray(record)) {
    throw new TraceError({
      message: `${what}: this is a list, and no record of tensors`,
      got: `a list of ${record.length}`,
      hint: "name them: { y: tensor }",
    });
  }
  if (typeof record !== "object" || record === null) {
    throw new TraceError({
      message: `${what}: this is no record of tensors`,
      got: describeOther(record),
      hint:
        typeof record === "function"
          ? "call it: what it returns is named, { y: tensor }"
          : "name them: { y: tensor }",
    });
  }
  for (const [name, value] of Object.entries(record)) {
    if (value instanceof Tensor) continue;
    throw new TraceError({ message: `${what}: "${name}" is no tensor`, got: describeOther(value) });
  }
}

/** A tensor with its axes in the order of another's; undefined when it has other axes, or elements of another type. */
export function inAxesOf(wanted: TensorData, got: TensorData): TensorData | undefined {
  const { axes, dtype } = wanted;
  const sizeOf = (name: string): number | undefined => got.axes.find((axis) => axis.name === name)?.size;
  const fits = got.axes.length === axes.length && axes.every(({ name, size }) => sizeOf(name) === size);
  return fits && got.dtype === dtype ? { axes, dtype, value: broadcastTo(got, axes) } : undefined;
}

/**
 * The tensors of `got` as those of `wanted` are: axes are known by their names, so their order is that of `wanted`.
 * @throws ShapeError unless it has these tensors and no others, of the same axes and element type
 */
export function alike<R extends object>(op: string, what: string, wanted: R, got: unknown): Widened<R> {
  checkTensors(`${op}: ${what}`, got);
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(got)])];
  const entries = names.map((name) => {
    const [expected, actual] = [ownValue(wanted as Named, name), ownValue(got, name)];
    const fitting = expected === undefined || actual === undefined ? undefined : inAxesOf(expected, actual);
    if (fitting !== undefined) return [name, new Tensor(fitting.axes, fitting.dtype, fitting.value)] as const;
    throw new ShapeError({
      message: `${op}: ${what} returns another "${name}"`,
      expected: expected?.toString() ?? "nothing",
      got: actual?.toString() ?? "nothing",
    });
  });
  return Object.fromEntries(entries) as Widened<R>;
}

/** Complains of what is called and is no function. @param expected the function as an author writes it */
export function checkFunction(op: string, what: string, given: unknown, expected: string): void {
  if (typeof given === "function") return;
  throw new TraceError({
    message: `${op}: ${what} is no function`,
    expected,
    got: inWords(given),
  });
}
