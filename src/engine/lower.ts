/** @file From a traced program to StableHLO: the pipeline of a target, and what the lowered @main takes. */
import type { TracedProgram } from "../dsl/index.js";
import { type Operation, walk } from "../ir/operation.js";
import { isModelOp, isOp } from "../ir/ops/index.js";
import {
  cloneOperation,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  setAttributes,
} from "../ir/rewriter.js";
import { printModule } from "../ir/text/index.js";
import { type Interface, interfaceOf } from "../program/index.js";
import { verifyModule } from "../ir/verify.js";
import { dce, type PassCallback, type Pipeline, runPipeline } from "../passes/index.js";
import { defaultTarget, type LoweringOptions, resolveTarget } from "../targets/index.js";
import { timeSteps } from "../ir/analysis/time-steps.js";
import { findFunction, type FunctionOperation } from "../ir/analysis/symbols.js";
import { InternalError, UsageError } from "../support/errors.js";

/** StableHLO, and what its arguments and results mean. */
export interface LoweredProgram extends Interface {
  readonly module: Operation;
  /** Computes what @main takes as `prepared` arguments from parameters; run once when the weights are loaded. */
  readonly prepare: LoweredProgram | undefined;
}

/**
 * The passes from a traced program to StableHLO; `printPipeline` writes them as `griffin opt --pass-pipeline` takes them.
 * @param time tokens that the program reads of each sequence; targets may want something else for one than for many
 * @throws UsageError for an unknown target
 */
export const loweringPipeline = (options: LoweringOptions = {}, time = 1): Pipeline =>
  resolveTarget(options.target ?? defaultTarget).target.pipeline({ ...options, time });

/** A module with a copy of one function as its @main, and of the functions it calls. */
function moduleOf(module: Operation, func: Operation, name: string): Operation {
  const block = makeBlock([]);
  for (const operation of module.regions[0]!.entry) {
    const isPrivate = isOp(operation, "func.func") && operation.attributes.sym_visibility === "private";
    if (operation !== func && !isPrivate) continue;
    const copy = cloneOperation(operation, new Map());
    if (operation === func)
      setAttributes(copy, { ...func.attributes, sym_name: "main", sym_visibility: "public" });
    insertOperation(copy, block);
  }
  const copy = makeOperation({
    name: "builtin.module",
    attributes: { sym_name: name },
    regions: [makeRegion([block])],
  });
  runPipeline(copy, [dce.with()]);
  return copy;
}

function checkLowered(module: Operation): void {
  verifyModule(module);
  for (const operation of walk(module)) {
    if (isModelOp(operation)) throw new InternalError(`${operation.name} was not lowered`);
  }
}

/** Lowers a copy of a traced program, which stays as it is. @throws VerifyError, UsageError for an unknown target */
export function lowerProgram(
  program: TracedProgram,
  options: LoweringOptions = {},
  onPass?: PassCallback,
): LoweredProgram {
  const module = cloneOperation(program.module, new Map());
  const precision = options.precision ?? program.precision;
  runPipeline(module, loweringPipeline({ ...options, precision }, timeSteps(module)), onPass);
  checkLowered(module);
  const prepare = findFunction(module, "prepare");
  // The same name for all programs: those that prepare the same are known by equal texts.
  const preparing = prepare && loweredPart(module, prepare, "prepare");
  return loweredPart(module, findFunction(module, "main")!, program.name, preparing);
}

/** One function of a lowered module as a program. */
const loweredPart = (
  module: Operation,
  func: FunctionOperation,
  name: string,
  prepare?: LoweredProgram,
): LoweredProgram => ({ ...interfaceOf(func, name), module: moduleOf(module, func, name), prepare });

/**
 * The StableHLO text of a lowered program, as plugins take it.
 * @throws UsageError for a program that needs another one beside it, which a text alone would not tell
 */
export function stablehloText({ name, module, prepare }: LoweredProgram): string {
  if (prepare === undefined) return printModule(module);
  throw new UsageError({
    message: `the text of ${name} would be half a program`,
    expected: "a program that runs by itself",
    got: `one whose arguments a preparing program computes from ${prepare.arguments.length} of the parameters`,
    hint: "lower it without `prepare`; or print both: printModule(lowered.prepare.module), printModule(lowered.module)",
  });
}

/** Equal for preparing programs that compute the same from the same parameters. */
export const preparationId = (prepare: LoweredProgram): string =>
  `${printModule(prepare.module)}\n${prepare.arguments.map(({ name }) => name).join()}`;
