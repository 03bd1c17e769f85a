/** @file What is handed in for a program and is none. */
import { UsageError } from "../support/errors.js";
import { shown } from "../support/given.js";

const hintOf = (given: unknown): string | undefined => {
  if (given instanceof Promise) return "await it";
  if (typeof given === "function") return 'trace it: program({ name: "mine" }, body)';
  return undefined;
};

/** Complains of what is no program, traced or lowered. @throws UsageError */
export function checkProgram(by: string, given: unknown, kind: "traced" | "lowered" = "traced"): void {
  const wanted = ["module", "arguments", "results", ...(kind === "lowered" ? ["preparations"] : [])];
  const isProgram = typeof given === "object" && given !== null && wanted.every((name) => name in given);
  if (isProgram) return;
  const isTraced = typeof given === "object" && given !== null && "module" in given;
  throw new UsageError({
    message: `${by} takes a ${kind} program`,
    expected: kind === "lowered" ? "what lowerProgram gives" : "what program(...) gives",
    got: isTraced ? "a program that is not lowered" : shown(given),
    hint: isTraced ? "lower it: lowerProgram(program, { target })" : hintOf(given),
  });
}
