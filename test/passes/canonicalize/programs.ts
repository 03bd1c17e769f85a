/** @file For tests: functions that return one value, and what canonicalization makes of them. */
import { expect, it } from "vitest";
import { normal, run } from "../text.js";

/** A function of the given arguments that returns %r. */
export const main = (args: string, type: string, ...body: readonly string[]): string =>
  `func.func @main(${args}) -> ${type} {\n${body.map((line) => `  ${line}`).join("\n")}\n  return %r : ${type}\n}`;

/** A function that returns one of its values as it is. */
export const returns = (args: string, type: string, value: string): string =>
  `func.func @main(${args}) -> ${type} {\n  return ${value} : ${type}\n}`;

/** Types of one axis: floats, integers, booleans. */
export const f = "tensor<4xf32>";
export const i = "tensor<4xi32>";
export const p = "tensor<4xi1>";

/** `%name`, a constant of a type. */
export const constant = (name: string, value: string, type: string): string =>
  `%${name} = stablehlo.constant dense<${value}> : ${type}`;

/** `%r = op %x, %c` on a constant, for a type. */
export const withConstant = (op: string, value: string, type: string): string =>
  main(`%x: ${type}`, type, constant("c", value, type), `%r = stablehlo.${op} %x, %c : ${type}`);

/** A title, a function, and what it becomes; `undefined` when it stays as it is. */
type Rewrite = readonly [title: string, before: string, after: string | undefined];

/** A test for each. */
export const testRewrites = (rewrites: readonly Rewrite[]): void =>
  it.each(rewrites)("%s", (_title, before, after) => {
    expect(run("canonicalize", before)).toBe(normal(after ?? before));
  });
