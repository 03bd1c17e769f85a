/** @file Axes by name: bringing values to a common order, and broadcasting where the names say so. */
import { isFloat, tensorType } from "../ir/types.js";
import type { Value } from "../ir/operation.js";
import { type Axis, describe, type DType, indexOf, namesOf, sizesOf } from "./axis.js";
import { ShapeError } from "./errors.js";
import { shown } from "../support/given.js";
import { didYouMean } from "../support/suggest.js";
import { builderHere, type TensorData } from "./trace.js";

const isSubset = (inner: readonly Axis[], outer: readonly Axis[]): boolean =>
  inner.every((a) => indexOf(outer, a.name) >= 0);

function describeOperands(operands: readonly TensorData[], names: readonly string[]): string[] {
  return operands.map((t, i) => `${names[i] ?? `operand ${i}`}: ${describe(t.axes, t.dtype)}`);
}

/** Complains unless axes of one name have one size. */
export function checkSizes(op: string, operands: readonly TensorData[], names: readonly string[]): void {
  const known = new Map<string, { readonly size: number; readonly operand: string }>();
  operands.forEach((given, i) => {
    const operand = names[i] ?? `operand ${i}`;
    checkTensor(op, operand, given);
    const { axes } = given;
    for (const { name, size } of axes) {
      const first = known.get(name) ?? { size, operand };
      known.set(name, first);
      if (first.size === size) continue;
      throw new ShapeError({
        message: `${op}: axis "${name}" is ${first.size} in ${first.operand} and ${size} in ${operand}`,
        details: describeOperands(operands, names),
        hint: `if they mean different things, rename one: x.rename({ ${name}: "..." })`,
      });
    }
  });
}

/** Complains of an operand that is something else than a tensor, which JavaScript lets through. */
export function checkTensor(op: string, what: string, given: unknown): asserts given is TensorData {
  if (typeof given === "object" && given !== null && "axes" in given && "value" in given) return;
  throw new ShapeError({
    message: `${op}: ${what} is no tensor`,
    got: inWords(given),
    hint: 'tensors of numbers are made by fill(1, [], "f32") and constant([1, 2], [axis], "f32")',
  });
}

/** `checkTensor` of operands by their names. */
export function checkOperands(op: string, operands: Readonly<Record<string, unknown>>): void {
  for (const [name, given] of Object.entries(operands)) checkTensor(op, name, given);
}

/** Complains of what is no tensor of floats: of integers a mean, say, would be cut. */
export function checkFloats(op: string, what: string, given: unknown): asserts given is TensorData {
  checkTensor(op, what, given);
  if (isFloat(given.dtype)) return;
  throw new ShapeError({
    message: `${op}: ${what} must hold floats`,
    got: describe(given.axes, given.dtype),
    hint: 'convert it: x.to("f32")',
  });
}

/** Complains of a tensor that holds elements of another type than an op asks for. */
export function checkElement(op: string, what: string, { axes, dtype }: TensorData, wanted: DType): void {
  if (dtype === wanted) return;
  throw new ShapeError({
    message: `${op}: ${what} must hold ${wanted}`,
    expected: describe(axes, wanted),
    got: describe(axes, dtype),
    hint: `convert it: x.to("${wanted}")`,
  });
}

/** Complains unless all operands have one element type. */
export function checkDTypes(op: string, operands: readonly TensorData[], names: readonly string[]): void {
  for (const [i, operand] of operands.entries()) checkTensor(op, names[i] ?? `operand ${i}`, operand);
  if (operands.every((t) => t.dtype === operands[0]!.dtype)) return;
  throw new ShapeError({
    message: `${op}: operands have different element types`,
    details: describeOperands(operands, names),
    hint: 'convert one: x.to("f32")',
  });
}

/** Complains unless every operand has all axes of `wanted`, each named once. */
export function checkShared(
  op: string,
  operands: readonly TensorData[],
  names: readonly string[],
  wanted: readonly string[],
): void {
  operands.forEach((operand, i) => {
    const lacking = wanted.find((name) => indexOf(operand.axes, name) < 0);
    if (lacking === undefined) {
      findAxes(op, operand, wanted);
      return;
    }
    throw new ShapeError({
      message: `${op}: there is no axis "${lacking}" in ${names[i]}`,
      details: describeOperands(operands, names),
      hint: didYouMean(lacking, namesOf(operand.axes)),
    });
  });
}

/** The axes of the operand that has them all. An outer product must be asked for, so two that both lack some are refused. */
export function commonAxes(
  op: string,
  operands: readonly TensorData[],
  names: readonly string[],
): readonly Axis[] {
  checkSizes(op, operands, names);
  const widest = operands.reduce((a, b) => (b.axes.length > a.axes.length ? b : a));
  for (const operand of operands) {
    if (isSubset(operand.axes, widest.axes)) continue;
    const lacking = operand.axes.find((a) => indexOf(widest.axes, a.name) < 0)!;
    throw new ShapeError({
      message: `${op}: neither operand has all axes of the other ("${lacking.name}" is in one only)`,
      details: describeOperands(operands, names),
      hint: "expand one operand first: x.expand(axis)",
    });
  }
  return widest.axes;
}

/** The value with its axes in the order of `target`, repeated along those it lacks. */
export function broadcastTo(tensor: TensorData, target: readonly Axis[]): Value {
  const dims = tensor.axes.map((a) => indexOf(target, a.name));
  const same = dims.length === target.length && dims.every((d, i) => d === i);
  if (same) return tensor.value;
  const builder = builderHere();
  const order = dims.map((_, i) => i).sort((a, b) => dims[a]! - dims[b]!);
  const sorted = order.every((d, i) => d === i)
    ? tensor.value
    : builder.create("stablehlo.transpose", [tensor.value], { permutation: order }).result;
  if (dims.length === target.length) return sorted;
  const type = tensorType(sizesOf(target), tensor.dtype);
  return builder.create(
    "stablehlo.broadcast_in_dim",
    [sorted],
    { broadcast_dimensions: order.map((d) => dims[d]!) },
    { results: [type] },
  ).result;
}

/** The value with exactly the named axes in that order. @throws ShapeError naming op and operand */
export function ordered(op: string, name: string, tensor: TensorData, names: readonly string[]): Value {
  checkTensor(op, name, tensor);
  const same = tensor.axes.length === names.length && tensor.axes.every((axis) => names.includes(axis.name));
  if (!same) {
    throw new ShapeError({
      message: `${op}: ${name} has other axes than it must`,
      expected: `[${names.join(", ")}]`,
      got: describe(tensor.axes, tensor.dtype),
    });
  }
  return broadcastTo(
    tensor,
    names.map((n) => tensor.axes[indexOf(tensor.axes, n)]!),
  );
}

/** The axes of a tensor in the order of `names`, all of which it has. */
export const axesIn = (tensor: TensorData, names: readonly string[]): readonly Axis[] =>
  names.map((name) => tensor.axes[indexOf(tensor.axes, name)]!);

/** Complains of an axis that is none of `allowed`. */
export function checkAmong(op: string, name: string, tensor: TensorData, allowed: readonly Axis[]): void {
  checkTensor(op, name, tensor);
  const other = tensor.axes.find((axis) => indexOf(allowed, axis.name) < 0);
  if (other === undefined) return;
  throw new ShapeError({
    message: `${op}: ${name} has an axis "${other.name}" that it must not have`,
    expected: `some of [${namesOf(allowed).join(", ")}]`,
    got: describe(tensor.axes, tensor.dtype),
  });
}

/** The one axis of a tensor that is none of `others`. @throws ShapeError naming op and operand when there is none, or more than one */
export function onlyAxis(op: string, name: string, tensor: TensorData, others: readonly string[]): Axis {
  checkTensor(op, name, tensor);
  const own = tensor.axes.filter((axis) => !others.includes(axis.name));
  if (own.length === 1) return own[0]!;
  throw new ShapeError({
    message: `${op}: ${name} must have one axis${others.length === 0 ? "" : ` beside ${others.join(", ")}`}`,
    got: describe(tensor.axes, tensor.dtype),
  });
}

const isTensor = (given: unknown): given is TensorData =>
  typeof given === "object" && given !== null && "axes" in given && "dtype" in given;

/** What stands in the place of something else, in words. */
export function inWords(given: unknown): string {
  if (given === undefined) return "nothing";
  return isTensor(given) ? `a tensor ${describe(given.axes, given.dtype)}` : shown(given);
}

/** For what is no name of an axis. */
function notByName(op: string, tensor: TensorData, given: unknown, hint?: string): ShapeError {
  const names = namesOf(tensor.axes).map((known) => JSON.stringify(known));
  return new ShapeError({
    message: `${op}: an axis is asked for by its name`,
    expected: names.join(", ") || "no axis: it is a scalar",
    got: inWords(given),
    ...(hint !== undefined && isTensor(given) ? { hint } : {}),
  });
}

/** Complains of what is no list, where a function takes one. */
export function checkList(op: string, what: string, given: unknown, expected: string): void {
  if (Array.isArray(given)) return;
  throw new ShapeError({
    message: `${op}: ${what} must be a list`,
    expected,
    got: inWords(given),
  });
}

/** Complains of what says nothing by axis, where a function takes a record with the names of axes. */
export function checkByAxis(op: string, what: string, given: unknown, expected: string): void {
  const byName =
    typeof given === "object" && given !== null && !isTensor(given) && !(Symbol.iterator in given);
  if (byName) return;
  throw new ShapeError({
    message: `${op}: ${what} must be given by axis`,
    expected,
    got: inWords(given),
  });
}

/**
 * The names of axes in a call that takes one or a list of them.
 * @param hint what the caller may have meant by a tensor
 * @throws ShapeError for what is neither
 */
export function axisNames(
  op: string,
  tensor: TensorData,
  over: string | readonly string[],
  hint?: string,
): readonly string[] {
  checkTensor(op, "the operand", tensor);
  if (typeof over === "string") return [over];
  if (Array.isArray(over)) return over as readonly string[];
  throw notByName(op, tensor, over, hint);
}

/** The axis called `name`. @throws ShapeError when there is none */
export function findAxis(
  op: string,
  tensor: TensorData,
  name: string,
): { readonly index: number; readonly axis: Axis } {
  checkTensor(op, "the operand", tensor);
  const index = indexOf(tensor.axes, name);
  if (index >= 0) return { index, axis: tensor.axes[index]! };
  if (typeof name !== "string") throw notByName(op, tensor, name);
  throw new ShapeError({
    message: `${op}: there is no axis "${name}"`,
    got: describe(tensor.axes, tensor.dtype),
    hint:
      didYouMean(name, namesOf(tensor.axes)) ??
      `its axes are ${namesOf(tensor.axes).join(", ") || "none (a scalar)"}`,
  });
}

/** Several axes by name, each once. @throws ShapeError when one is missing or given twice */
export function findAxes(
  op: string,
  tensor: TensorData,
  names: readonly string[],
): readonly { readonly index: number; readonly axis: Axis }[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return names.map((name) => findAxis(op, tensor, name));
  throw new ShapeError({
    message: `${op}: axis "${twice}" is given twice`,
    got: describe(tensor.axes, tensor.dtype),
  });
}
