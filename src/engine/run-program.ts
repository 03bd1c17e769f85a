/** @file Runs any StableHLO program once: tensors in by position, tensors out. */
import { describeDifference } from "../ir/interpret/compare.js";
import { domainOf, Tensor } from "../ir/interpret/tensor.js";
import type { Operation } from "../ir/operation.js";
import { keepNumbers } from "../lowering/keep-numbers.js";
import { verifyForClient } from "../targets/index.js";
import { printModule } from "../ir/text/index.js";
import { tensorType } from "../ir/types.js";
import { type ProgramRules, PROGRAM_RULES, verifyProgram } from "../ir/verify-program/index.js";
import { type Client, type CompileCache, formatType, type TensorSpec } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { type WaitOptions, WAIT_OPTIONS } from "../support/wait.js";
import { executeOn, factsOf } from "./device.js";
import type { HostValue } from "./execute.js";
import type { IsolatedPlugin } from "./isolated/index.js";
import { interpretMain } from "./interpret-main.js";
import { refineToInputs } from "./refine-to-inputs.js";
import { checkComplete, mainInterface } from "./stablehlo-program.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** The value as the interpreter reads it. */
const tensorOf = ({ elementType, dimensions, data }: HostValue): Tensor =>
  new Tensor(tensorType(dimensions, elementType), data);

/** The numbers of a value, for people: parts of complex numbers one after the other, large integers rounded. */
export function numbersOf(value: HostValue): readonly number[] {
  const tensor = tensorOf(value);
  return ["float", "complex"].includes(domainOf(tensor.element)) ? Array.from(tensor.floats) : tensor.numbers;
}

/**
 * Where a value differs from what is expected, in words; undefined when it does not. Floats may be off by `tolerance`, relative to
 * the largest expected number if that is above 1; all else must be equal.
 */
export function compareValues(actual: HostValue, expected: HostValue, tolerance: number): string | undefined {
  const largest = numbersOf(expected).reduce(
    (a, b) => (Number.isFinite(b) ? Math.max(a, Math.abs(b)) : a),
    1,
  );
  return describeDifference({ name: "compare" }, tensorOf(actual), tensorOf(expected), {
    kind: "almost",
    tolerance: tolerance * largest,
  });
}

/** How a program is compiled and run, and until when. */
export interface RunProgramOptions extends ProgramRules, WaitOptions {
  /** Asked first, and given what was compiled. */
  readonly cache?: CompileCache | undefined;
}

export const RUN_PROGRAM_OPTIONS: OptionNames<RunProgramOptions> = {
  ...PROGRAM_RULES,
  ...WAIT_OPTIONS,
  cache: true,
};

/**
 * Compiles or interprets @main, refined in place to the shapes of the inputs where it has unknown ones, runs it on the values of `inputs` (argument i is called "i"), and gives the results in order.
 * @param device a client; for programs of others, a plugin in a process of its own, with bounds of time and memory; or the interpreter, which
 * computes in this thread until it is done
 * @throws UsageError with one table of all arguments that do not fit, and for half of a prepared program; RefineError for shapes that the program refuses; ProgramError for a program that buffers cannot feed; VerifyError for one that
 * a plugin would not survive; InterpretError; PjrtError; PluginDeathError for one that an isolated plugin did not survive; AbortedError
 */
export async function runProgram(
  device: Client | IsolatedPlugin | "interpreter",
  module: Operation,
  inputs: ReadonlyMap<string, HostValue>,
  options: RunProgramOptions = {},
): Promise<readonly HostValue[]> {
  checkOptions("runProgram", options, RUN_PROGRAM_OPTIONS);
  const { cache, signal, timeoutMs, ...rules } = options;
  refineToInputs(module, inputs);
  const signature = mainInterface(module);
  checkComplete(signature);
  checkInputs(signature.arguments, inputs);
  const values = signature.arguments.map((_, i) => inputs.get(`${i}`)!);
  if (device === "interpreter") {
    verifyProgram(module, rules);
    return interpretMain(module, values);
  }
  const wait = { signal, timeoutMs };
  keepNumbers(module);
  verifyForClient(module, await factsOf(device, wait), rules);
  const request = { program: printModule(module), signature };
  return executeOn(device, { request, inputs: values, cache }, wait);
}

/** All arguments of the program with what was given for each, if anything is missing, too much or of another type. */
function checkInputs(wanted: readonly TensorSpec[], given: ReadonlyMap<string, HostValue>): void {
  const describe = (name: string): string => {
    const value = given.get(name);
    return value === undefined ? "nothing" : formatType(value);
  };
  const lines = wanted.map((spec, i) => {
    const [expected, got] = [formatType(spec), describe(`${i}`)];
    return { fits: expected === got, text: `"${i}": ${expected}${expected === got ? "" : `, got ${got}`}` };
  });
  const names = new Set(wanted.map((_, i) => `${i}`));
  const extra = [...given.keys()].filter((name) => !names.has(name));
  if (extra.length === 0 && lines.every(({ fits }) => fits)) return;
  throw new UsageError({
    message: "the inputs are not the program's arguments",
    details: [
      `it takes ${wanted.length}:`,
      ...lines.map(({ text }) => `  ${text}`),
      ...extra.map((name) => `not an argument: ${JSON.stringify(name)}, ${describe(name)}`),
    ],
    hint: 'give a safetensors file whose tensors are called "0", "1", ... with --input',
  });
}
