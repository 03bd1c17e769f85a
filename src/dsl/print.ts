/** @file print: what a tensor holds while the program runs, anywhere in it. */
import { printMeaning } from "../program/index.js";
import type { DType } from "./axis.js";
import { namesOf } from "./axis.js";
import { checkOperands, inWords } from "./align.js";
import { TraceError } from "./errors.js";
import type { Tensor } from "./tensor.js";
import { builderHere, currentTrace } from "./trace.js";

/** Complains of what is no name for people. */
export function checkLabel(op: string, label: unknown): void {
  if (typeof label === "string") return;
  throw new TraceError({
    message: `${op} takes a name, and then the tensor`,
    expected: `${op}("name", x)`,
    got: inWords(label),
  });
}

/**
 * Prints a tensor each time that this place of the program runs, in loops, branches and functions too, and gives it back. The interpreter
 * prints (`compile(program, { on: "interpreter" })`); programs for plugins are lowered without it. What leaves a program by a plugin is a
 * result: an output, or a `probe`.
 */
export function print<A extends string, D extends DType>(label: string, x: Tensor<A, D>): Tensor<A, D> {
  checkLabel("print", label);
  checkOperands("print", { x });
  const extra = printMeaning(currentTrace().path(label), namesOf(x.axes));
  builderHere().create("interpreter.print", [x.value], {}, { extra });
  return x;
}
