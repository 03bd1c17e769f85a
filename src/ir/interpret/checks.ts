/** @file Programs that check themselves: which functions to run, and what their checks said. */
import type { SourcePosition } from "../../support/errors.js";
import { ENTRY } from "../analysis/symbols.js";
import { type Operation, walk } from "../operation.js";
import type { OperationOf } from "../ops/index.js";
import { isCheck } from "./check-rules.js";
import { whereOf } from "./errors.js";
import { type InterpretOptions, Program, INTERPRET_OPTIONS } from "./interpreter.js";
import { checkOptions } from "../../support/options.js";

/** A check that did not hold. */
export interface CheckFailure {
  /** The function that was run. */
  readonly function: string;
  /** Which check, and what differed. */
  readonly message: string;
  readonly where?: SourcePosition | string | undefined;
}

export interface CheckReport {
  /** Checks that held; one that runs twice counts twice. */
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly CheckFailure[];
}

const hasChecks = (func: Operation): boolean => [...walk(func)].some(isCheck);

/** `@main`, or without one each function that checks something; only those that take no inputs can run. */
function entryPoints(functions: ReadonlyMap<string, OperationOf<"func.func">>): readonly string[] {
  const runs = [...functions].filter(([, func]) => func.attributes.function_type.inputs.length === 0);
  const main = runs.filter(([name]) => name === ENTRY);
  return (main.length > 0 ? main : runs.filter(([, func]) => hasChecks(func))).map(([name]) => name);
}

/**
 * Runs the functions of a module that carry check ops (`check.expect_*`, or custom calls of that name) and
 * counts what held. Checks that fail do not end the run.
 * @throws UnsupportedError for an op that is not interpreted; InterpretError for a program without end
 */
export function interpretModuleChecks(module: Operation, options: InterpretOptions = {}): CheckReport {
  checkOptions("interpretModuleChecks", options, INTERPRET_OPTIONS);
  let passed = 0;
  let running = "";
  const failures: CheckFailure[] = [];
  using program = new Program(
    module,
    (check, difference) => {
      if (difference === undefined) passed++;
      else
        failures.push({ function: running, message: `${check.name}: ${difference}`, where: whereOf(check) });
    },
    options,
  );
  for (const name of entryPoints(program.functions)) {
    running = name;
    program.call(name, []);
  }
  return { passed, failed: failures.length, failures };
}
