/** @file From a traced program to StableHLO: the pipeline of a target, and what the lowered @main takes. */
import type { AttributeDictionary } from "../ir/attribute.js";
import type { ArgumentSpec, Program, ResultSpec } from "../dsl/index.js";
import { type Operation, walk } from "../ir/operation.js";
import { isModelOp, isOp, type OperationOf } from "../ir/ops/index.js";
import {
  cloneOperation,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  setAttributes,
} from "../ir/rewriter.js";
import { printModule } from "../ir/text/index.js";
import type { TensorType } from "../ir/types.js";
import { verifyModule } from "../ir/verify.js";
import { dce, type PassCallback, type Pipeline, runPipeline } from "../passes/index.js";
import { defaultTarget, type LoweringOptions, resolveTarget } from "../targets/index.js";
import { findFunction } from "../ir/analysis/symbols.js";
import { InternalError, UsageError } from "../support/errors.js";

/** One argument of a lowered @main. */
export interface LoweredArgument {
  readonly role: "input" | "parameter" | "state" | "prepared";
  /** Input name, parameter or state path; for `prepared` the number of the result of the preparing program. */
  readonly name: string;
  /** As the program's author named them, outermost first; numbers for `prepared`. */
  readonly axes: readonly string[];
  readonly type: TensorType;
}

/** StableHLO with what its arguments and results mean. */
export interface LoweredProgram {
  readonly name: string;
  readonly module: Operation;
  readonly arguments: readonly LoweredArgument[];
  readonly results: readonly ResultSpec[];
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

/** Tokens that a program reads of each sequence: the longest time axis of its inputs. */
const stepsOf = ({ arguments: all }: Program): number =>
  Math.max(
    1,
    ...all
      .flatMap(({ role, axes }) => (role === "input" ? axes : []))
      .map((a) => (a.name === "time" ? a.size : 1)),
  );

/** What our own programs note of an argument that is no input: its role and name. */
export function notedRole(
  attributes: AttributeDictionary = new Map(),
): { readonly role: "parameter" | "state" | "prepared"; readonly name: string } | undefined {
  for (const role of ["parameter", "state", "prepared"] as const) {
    const attribute = attributes.get(`griffin.${role}`);
    if (attribute?.kind === "string") return { role, name: attribute.value };
    if (attribute?.kind === "integer") return { role, name: String(attribute.value) };
  }
  return undefined;
}

/** What a function takes; what its author said of an argument is found again by its role and name. */
function describeArguments(
  func: OperationOf<"func.func">,
  traced: readonly ArgumentSpec[],
): readonly LoweredArgument[] {
  const { function_type: type, arg_attrs: attributes = [] } = func.attributes;
  const inputs = traced.filter(({ role }) => role === "input").map(({ name }) => name);
  return type.inputs.map((input, index) => {
    const noted = notedRole(attributes[index]);
    const { role, name } = noted ?? { role: "input" as const, name: inputs.shift() ?? `${index}` };
    const known = traced.find((argument) => argument.role === role && argument.name === name);
    const { shape } = input as TensorType;
    const axes = known?.axes.map((axis) => axis.name) ?? shape.map((_, i) => `${i}`);
    return { role, name, axes, type: input as TensorType };
  });
}

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
  program: Program,
  options: LoweringOptions = {},
  onPass?: PassCallback,
): LoweredProgram {
  const { name, results } = program;
  const module = cloneOperation(program.module, new Map());
  runPipeline(module, loweringPipeline(options, stepsOf(program)), onPass);
  checkLowered(module);
  const main = findFunction(module, "main")!;
  const prepare = findFunction(module, "prepare");
  return {
    name,
    module: moduleOf(module, main, name),
    arguments: describeArguments(main, program.arguments),
    results,
    prepare: prepare === undefined ? undefined : preparingProgram(program, module, prepare),
  };
}

function preparingProgram(
  { arguments: traced }: Program,
  module: Operation,
  func: OperationOf<"func.func"> & Operation,
): LoweredProgram {
  // The same for all programs: those that prepare the same are known by equal texts.
  const name = "prepare";
  const results = func.attributes.function_type.results.map((type, index): ResultSpec => {
    const { shape, element } = type as TensorType;
    const axes = shape.map((size, i) => ({ name: `${i}`, size }));
    return { role: "output", name: String(index), axes, dtype: element as ResultSpec["dtype"] };
  });
  return {
    name,
    module: moduleOf(module, func, name),
    arguments: describeArguments(func, traced),
    results,
    prepare: undefined,
  };
}

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
