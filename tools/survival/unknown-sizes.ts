/** @file Programs for the survival tier whose sizes are known when they run alone, and bounded. */
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import { Builder } from "../../src/ir/builder.js";
import { Emitter, shapeOf } from "../../src/ir/emit.js";
import type { Operation, Value } from "../../src/ir/operation.js";
import { DYNAMIC } from "../../src/ir/types.js";
import { type Argument, argumentsOf, sizesOf, TENSOR, withHead } from "./program-text.js";

const axesOf = (sizes: readonly number[], size: number): readonly number[] =>
  sizes.flatMap((one, axis) => (one === size ? [axis] : []));

/** A type of which the sizes of some axes are bounds. */
function boundedType(sizes: readonly number[], element: string, axes: readonly number[]): string {
  const shape = sizes.map((size, axis) => (axes.includes(axis) ? "?" : size));
  const bounds = sizes.map((size, axis) => (axes.includes(axis) ? size : "?"));
  const rest = axes.length === 0 ? "" : `, #stablehlo.bounds<${bounds.join(", ")}>`;
  return `tensor<${[...shape, element].join("x")}${rest}>`;
}

/** The sizes of an argument become unknown, one axis after the other. */
function boundedArgument({ name, element, sizes }: Argument, unknown: number): readonly string[] {
  const axes = axesOf(sizes, unknown);
  const nameAfter = (count: number): string =>
    count === 0 ? `${name}_known` : count === axes.length ? name : `${name}_${count}`;
  const typeAfter = (count: number): string => boundedType(sizes, element, axes.slice(0, count));
  return axes.map(
    (axis, i) =>
      `${nameAfter(i + 1)} = stablehlo.set_dimension_size ${nameAfter(i)}, %size, dim = ${axis} : (${typeAfter(i)}, tensor<i32>) -> ${typeAfter(i + 1)}`,
  );
}

/** The text with each of its sizes known when the program runs: it is 0, or 1. */
export function* ofUnknownSizes(text: string): Generator<string> {
  const args = argumentsOf(text) ?? [];
  const used = new Set(args.flatMap(({ sizes }) => sizes.filter((size) => size > 0)));
  for (const unknown of used) {
    const taken = args.map(
      ({ name, type, sizes }) => `${sizes.includes(unknown) ? `${name}_known` : name}: ${type}`,
    );
    const made = args.flatMap((argument) => boundedArgument(argument, unknown));
    const bounded = text.replace(new RegExp(TENSOR, "g"), (_, text: string, element: string) => {
      const sizes = sizesOf(text);
      return boundedType(sizes, element, axesOf(sizes, unknown));
    });
    // Where it is as large as its bound, a compiler takes it for known.
    for (const size of [0, 1].filter((one) => one < unknown))
      yield withHead(bounded, taken, [`%size = stablehlo.constant dense<${size}> : tensor<i32>`, ...made]);
  }
}

/** What is given is asked for the sizes that are not known before, and for the sum of its elements: it cannot be returned. */
export function askSizes(module: Operation): void {
  const main = findFunction(module, "main");
  const body = main && bodyOf(main);
  if (body?.last?.name !== "func.return") return;
  const e = new Emitter(Builder.before(body.last));
  for (const value of body.operations.flatMap(({ results }) => results)) {
    const { type } = value;
    if (type.kind !== "tensor" || !type.shape.includes(DYNAMIC)) continue;
    for (const [dimension, size] of type.shape.entries())
      if (size === DYNAMIC) e.builder.create("stablehlo.get_dimension_size", [value], { dimension });
    let rest: Value = value;
    while (shapeOf(rest).length > 0) rest = e.reduce("add", rest, 0);
  }
}
