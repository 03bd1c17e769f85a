/** @file For tests: programs of the DSL run by the interpreter with plain numbers. */
import type { TracedProgram } from "../../src/dsl/index.js";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { tensorType } from "../../src/ir/types.js";
import { findMeaning } from "../../src/lowering/index.js";
import { numbersOf } from "../../src/testing/close.js";

/** The results of a program by name, of arguments by name. */
export function run(
  traced: TracedProgram,
  inputs: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, readonly number[]>> {
  const args = traced.arguments.map(({ name, dimensions, elementType }) =>
    elementsFromNumbers(tensorType(dimensions, elementType), inputs[name]!),
  );
  const results = interpretFunction(traced.module, "main", args, { decompositions: findMeaning });
  const numbers = results.map(numbersOf);
  return Object.fromEntries(traced.results.map(({ name }, i) => [name, numbers[i]!]));
}
