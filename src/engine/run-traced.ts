/** @file Runs a traced program once: tensors in by name, tensors out by name, on a device or by the interpreter. */
import type { TracedProgram } from "../dsl/index.js";
import { Tensor } from "../ir/interpret/tensor.js";
import { type Argument, decodeArray } from "../program/index.js";
import { isBufferElementType } from "../support/buffer-element-types.js";
import { UsageError } from "../support/errors.js";
import { type LoweringOptions, resolveTarget } from "../targets/index.js";
import type { Client } from "../runtime-pjrt/index.js";
import { bindArguments, checkNames, declarations } from "./compile/bind-arguments.js";
import { factsOf } from "./device.js";
import type { HostValue } from "./execute.js";
import { lowerProgram } from "./family.js";
import { interpretMain } from "./interpret-main.js";
import type { IsolatedPlugin } from "./isolated/index.js";
import { runProgram, type RunProgramOptions, RUN_PROGRAM_OPTIONS } from "./run-program.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** Tensors in host memory by the names of a program's arguments or results. */
export type NamedValues = ReadonlyMap<string, HostValue>;

/** How a traced program is lowered, compiled and run. */
export interface RunTracedOptions extends RunProgramOptions, Pick<LoweringOptions, "extensions"> {}

export const RUN_TRACED_OPTIONS: OptionNames<RunTracedOptions> = {
  ...RUN_PROGRAM_OPTIONS,
  extensions: true,
};

/**
 * Lowers a program for a device, what prepares weights included, compiles it, runs it once and gives its outputs, probes and states. States that
 * are not given begin as zeros.
 * @param device a client, a plugin in a process of its own, or the interpreter, which runs the program as it was traced
 * @throws UsageError with all tensors that do not fit, each with the author's line; for two results of a name; what `runProgram` throws;
 * InterpretError
 */
export async function runTraced(
  device: Client | IsolatedPlugin | "interpreter",
  program: TracedProgram,
  given: NamedValues,
  options: RunTracedOptions = {},
): Promise<NamedValues> {
  checkOptions("runTraced", options, RUN_TRACED_OPTIONS);
  const { extensions, ...running } = options;
  checkNames(program);
  checkResultNames(program);
  const values = valuesFor(program, given);
  const valuesOf = (args: readonly Argument[]): readonly HostValue[] =>
    args.map(({ name }) => values.get(name)!);
  if (device === "interpreter")
    return named(program.results, interpretMain(program.module, valuesOf(program.arguments)));
  const { signal, timeoutMs } = running;
  const { target } = resolveTarget(await factsOf(device, { signal, timeoutMs }), extensions);
  const { module, arguments: args, results } = lowerProgram(program, { target, extensions });
  const inputs = new Map(valuesOf(args).map((value, i) => [`${i}`, value]));
  return named(results, await runProgram(device, module, inputs, running));
}

const named = (results: readonly { readonly name: string }[], values: readonly HostValue[]): NamedValues =>
  new Map(results.map(({ name }, i) => [name, values[i]!]));

function checkResultNames({ name: program, results }: TracedProgram): void {
  const twice = results.find(({ name }, i) => results.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return;
  throw new UsageError({
    message: `two results of ${program} are called "${twice.name}"`,
    got: results
      .filter(({ name }) => name === twice.name)
      .map(({ role }) => role)
      .join(", "),
    hint: "rename one, or put it into a scope: scope(name, body)",
  });
}

/** A value for each argument. @throws UsageError with all that do not fit */
function valuesFor(program: TracedProgram, given: NamedValues): NamedValues {
  const begins = program.arguments.filter(
    ({ role, name }) => role === "state" && !program.updatedParameters?.includes(name),
  );
  const zeros = new Map(begins.map((state) => [state.name, zerosOf(state)]));
  const all = new Map([...zeros, ...given]);
  const places = declarations(program);
  const wanted = program.arguments.map((argument, i) => ({ argument, where: places[i] }));
  const tensors = [...all].map(([name, value]) => {
    const argument = program.arguments.find((candidate) => candidate.name === name);
    return [name, hostTensor(value, argument)] as const;
  });
  bindArguments(program.name, wanted, Object.fromEntries(tensors), () => false);
  return all;
}

const zerosOf = ({ elementType, dimensions }: Argument): HostValue => ({
  elementType,
  dimensions,
  data: Tensor.zeros(dimensions, elementType).bytes.slice(),
});

/** A tensor of a file as calls are given them; files name no axes. */
function hostTensor({ elementType, dimensions, data }: HostValue, argument: Argument | undefined): object {
  const axes =
    argument?.dimensions.length === dimensions.length ? argument.axes : dimensions.map((_, i) => `${i}`);
  const numbers = isBufferElementType(elementType) ? decodeArray(elementType, data) : data;
  return { axes, dtype: elementType, shape: dimensions, data: numbers };
}
