/**
 * @file Programs that say themselves what is right, with check.expect_* (as ops, or as custom calls). The checks are taken out, the
 * program returns what they compared, and the comparison is done here: any plugin can run it.
 */
import { ENTRY, functionsOf } from "../ir/analysis/symbols.js";
import { type ProgramForm, serializePortable } from "../ir/bytecode/index.js";
import type { Elements } from "../ir/elements.js";
import { comparisonOf } from "../ir/interpret/check-rules.js";
import { type Comparison, describeDifference } from "../ir/interpret/compare.js";
import { type CheckFailure, type CheckReport, interpretModuleChecks } from "../ir/interpret/index.js";
import { Tensor } from "../ir/interpret/tensor.js";
import { sourcePosition } from "../ir/location.js";
import { type Operation, type Value, walk } from "../ir/operation.js";
import type { OperationOf } from "../ir/ops/index.js";
import { eraseOperation, setAttributes, setOperands } from "../ir/rewriter.js";
import { printModule } from "../ir/text/index.js";
import { formatType, functionType } from "../ir/types.js";
import { type ProgramRules, PROGRAM_RULES } from "../ir/verify-program/index.js";
import { decomposeChlo } from "../lowering/chlo/index.js";
import { findMeaning } from "../lowering/index.js";
import { keepNumbers } from "../lowering/keep-numbers.js";
import type { Client } from "../runtime-pjrt/index.js";
import type { SourcePosition } from "../support/errors.js";
import { type WaitOptions, WAIT_OPTIONS } from "../support/wait.js";
import { verifyForClient } from "../targets/index.js";
import { ProgramError, staticTensor } from "../program/index.js";
import { executeOn, factsOf } from "./device.js";
import type { IsolatedPlugin } from "./isolated/index.js";
import { refineToInputs } from "./refine-to-inputs.js";
import { findMain, mainInterface } from "./stablehlo-program.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** One check: a result of the rewritten program against another one, or against a constant. */
interface Check {
  readonly name: string;
  readonly comparison: Comparison;
  readonly actual: number;
  readonly expected: number | Elements;
  readonly where: SourcePosition | undefined;
}

/** How a program that checks itself is given to a plugin, and what of it. */
export interface SelfCheckOptions extends ProgramRules, WaitOptions {
  /** Text when absent; of a portable artifact the chlo ops are decomposed. */
  readonly form?: ProgramForm | undefined;
}

export const SELF_CHECK_OPTIONS: OptionNames<SelfCheckOptions> = {
  ...PROGRAM_RULES,
  ...WAIT_OPTIONS,
  form: true,
};

/**
 * Runs a program and its checks; the module is used up.
 * @param device a client, a plugin in a process of its own, or the interpreter, which runs model ops by their meaning and takes no options
 * @throws ProgramError when it has none; PjrtError; PluginDeathError; AbortedError; UnsupportedError, InterpretError of the interpreter
 */
export async function selfCheck(
  device: Client | IsolatedPlugin | "interpreter",
  module: Operation,
  options: SelfCheckOptions = {},
): Promise<CheckReport> {
  checkOptions("selfCheck", options, SELF_CHECK_OPTIONS);
  if (device !== "interpreter") return selfCheckOn(device, module, options);
  decomposeChlo(module);
  return interpretModuleChecks(module, { decompositions: findMeaning });
}

async function selfCheckOn(
  device: Client | IsolatedPlugin,
  module: Operation,
  { form = "text", signal, timeoutMs, ...rules }: SelfCheckOptions,
): Promise<CheckReport> {
  const main = findEntry(module);
  const name = main.attributes.sym_name;
  const checks = takeOutChecks(main);
  refuseInterpreterOps(module);
  refineToInputs(module, new Map());
  const wait = { signal, timeoutMs };
  if (form === "portable") decomposeChlo(module);
  keepNumbers(module);
  verifyForClient(module, await factsOf(device, wait), { ...rules, form });
  const signature = mainInterface(module);
  const program = form === "text" ? printModule(module) : serializePortable(module);
  const request = { program, signature };
  const results = await executeOn(device, { request, inputs: [] }, wait);
  const types = findMain(module).attributes.function_type.results.map((type) => staticTensor(type));
  const tensors = results.map(({ data }, i) => new Tensor(types[i]!, data));
  const failures = checks.flatMap((check) => judge(check, tensors, name));
  return { passed: checks.length - failures.length, failed: failures.length, failures };
}

/** Ops of StableHLO's own interpreter run functions side by side, or look inside: no plugin has them. */
function refuseInterpreterOps(module: Operation): void {
  const found = [...walk(module)].find(({ name }) => /^(interpreter|check)\./.test(name));
  if (found !== undefined) throw new ProgramError(`no plugin runs ${found.name}`);
}

/** Removes the checks of the entry function, which becomes @main and returns what they compared. */
function takeOutChecks(main: OperationOf<"func.func"> & Operation): readonly Check[] {
  const body = main.regions[0]!.entry;
  const returned: Value[] = [];
  const checks: Check[] = [];
  const add = (value: Value): number => returned.push(value) - 1;
  for (const operation of body.operations) {
    const comparison = comparisonOf(operation);
    if (comparison === undefined) continue;
    const [actual, expected] = operation.operands as [Value, Value | undefined];
    const constant = operation.attributes.value as Elements | undefined;
    checks.push({
      name: operation.name,
      comparison,
      actual: add(actual),
      expected: expected === undefined ? constant! : add(expected),
      where: sourcePosition(operation.location),
    });
    eraseOperation(operation);
  }
  if (checks.length === 0)
    throw new ProgramError("the program checks nothing", { expected: "check.expect_*" });
  setOperands(body.last!, returned);
  const { arg_attrs: _arguments, res_attrs: _results, ...attributes } = main.attributes;
  const type = functionType(
    [],
    returned.map((value) => value.type),
  );
  setAttributes(main, { ...attributes, sym_name: ENTRY, sym_visibility: "public", function_type: type });
  return checks;
}

/** @main, or else the only function that takes nothing. @throws ProgramError when there is neither */
function findEntry(module: Operation): OperationOf<"func.func"> & Operation {
  const functions = functionsOf(module);
  const entries = functions.filter((func) => func.attributes.function_type.inputs.length === 0);
  const hasMain = functions.some((func) => func.attributes.sym_name === ENTRY);
  const main = hasMain || entries.length !== 1 ? findMain(module) : entries[0]!;
  if (main.attributes.function_type.inputs.length === 0) return main;
  throw new ProgramError("a program that checks itself takes no arguments", {
    got: formatType(main.attributes.function_type),
  });
}

/** No failure, or one. */
function judge(check: Check, results: readonly Tensor[], entry: string): readonly CheckFailure[] {
  const { expected } = check;
  const wanted = typeof expected === "number" ? results[expected]! : Tensor.fromElements(expected);
  const difference = describeDifference(check, results[check.actual]!, wanted, check.comparison);
  if (difference === undefined) return [];
  return [{ function: entry, message: `${check.name}: ${difference}`, where: check.where }];
}
