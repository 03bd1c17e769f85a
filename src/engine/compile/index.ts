/** @file compile: a program of the DSL, ready to be called; on a device of a plugin, or by the interpreter. */
import type { TracedProgram } from "../../dsl/index.js";
import type { Client, CompileCache } from "../../runtime-pjrt/index.js";
import { closeAll } from "../../serving/index.js";
import { UsageError } from "../../support/errors.js";
import { AbortedError, type WaitOptions, waitLeft, WAIT_OPTIONS } from "../../support/wait.js";
import { defaultTarget, type LoweringOptions } from "../../targets/index.js";
import { type DeviceEvent, openDevice } from "../open-device.js";
import { checkNames } from "./bind-arguments.js";
import { asFunction, type CompiledFunction, FunctionRunner } from "./compiled-function.js";
import { DevicePlace } from "./device-place.js";
import { type GivenParameters, takeParameters } from "./given-parameters.js";
import { describeTensor, type HeldMemory, type HostTensor } from "./host-tensor.js";
import { InterpreterPlace, type PrintListener } from "./interpreter-place.js";
import type { Place } from "./place.js";
import { type OptionNames, checkOptions } from "../../support/options.js";
import { LOWERING_WITHOUT_PREPARE } from "../../targets/options.js";
import { checkProgram } from "../../program/index.js";
import { checkWord } from "../../support/members.js";

export type { CallResults, CompiledFunction } from "./compiled-function.js";
export {
  DeviceTensor,
  type Given,
  type GivenOf,
  type HostTensor,
  type HostTensorsOf,
} from "./host-tensor.js";
export { type GivenParameters, takeParameters } from "./given-parameters.js";
export type { PrintListener } from "./interpreter-place.js";

/** Where and how a program runs. */
export interface CompileOptions extends WaitOptions {
  /** A client to run on; it stays open. */
  readonly client?: Client | undefined;
  /** A plugin by name or path, fetched if need be, for this function alone; the CPU's unless anything else is said. */
  readonly plugin?: string | undefined;
  /** By the interpreter: slow and exact, without a plugin; it prints what the program prints. */
  readonly on?: "interpreter" | undefined;
  /** What a tensor of a checkpoint is called, by the parameter's path; the same unless said. */
  readonly nameOf?: ((path: string) => string) | undefined;
  /**
   * States begin as zeros, and are kept inside from call to call (the default); or they are arguments of each call and among what `call` gives.
   */
  readonly states?: "inside" | "outside" | undefined;
  /** Target, strategies and the like; the client's platform unless said. */
  readonly lowering?: Omit<LoweringOptions, "prepare"> | undefined;
  /** Asked first, and given what was compiled. */
  readonly cache?: CompileCache | undefined;
  /** What happens on the way to a plugin. */
  readonly onEvent?: ((event: DeviceEvent) => void) | undefined;
  /** Called with what the program prints; stderr unless given. Of the interpreter alone. */
  readonly onPrint?: PrintListener | undefined;
}

export const COMPILE_OPTIONS: OptionNames<CompileOptions> = {
  ...WAIT_OPTIONS,
  client: true,
  plugin: true,
  on: true,
  nameOf: true,
  states: true,
  lowering: true,
  cache: true,
  onEvent: true,
  onPrint: true,
};

/** Parameters that all calls share: what depends on them alone is computed once. */
interface BoundParameters {
  readonly parameters: GivenParameters;
}

/**
 * Compiles a program, which stays as it is and may be compiled any number of times:
 *
 *     await using f = await compile(mlp, { plugin: "cpu" });
 *     const { y } = await f({ x, up, down });
 *     y.data; // Float32Array
 *
 * Arguments are the program's inputs and parameters by name (and states, with `states: "outside"`); with `parameters` the inputs alone.
 * @throws UsageError for options that exclude each other, parameters that do not fit, and two arguments of one name; EnvironmentError without a
 * plugin; CheckpointError; VerifyError for what the plugin would not survive; PjrtError with the compiler's words; AbortedError
 */
export async function compile<I, P, O>(
  program: TracedProgram<I, P, O>,
  options: CompileOptions & BoundParameters,
): Promise<CompiledFunction<I, O>>;
export async function compile<I, P, O>(
  program: TracedProgram<I, P, O>,
  options?: CompileOptions,
): Promise<CompiledFunction<I & P, O>>;
export async function compile(
  program: TracedProgram,
  options: CompileOptions & Partial<BoundParameters> = {},
): Promise<CompiledFunction<object, object>> {
  checkOptions("compile", options, { ...COMPILE_OPTIONS, parameters: true });
  checkOptions("the lowering of compile", options.lowering, LOWERING_WITHOUT_PREPARE);
  checkProgram("compile", program);
  checkWord("compile", "states", options.states, ["inside", "outside"]);
  checkNames(program);
  const { parameters, states = "inside" } = options;
  const statesInside = states === "inside";
  checkBegins(program, statesInside, parameters !== undefined);
  const place = await openPlace(program, options);
  try {
    const brought = await bringParameters(program, place, parameters, options);
    await place.bind(brought.parameters).catch((error: unknown) => {
      closeAll(brought.states.values());
      throw error;
    });
    const bound = parameters !== undefined;
    return asFunction(new FunctionRunner({ program, place, bound, statesInside, initial: brought.states }));
  } catch (error) {
    await place.close();
    throw error;
  }
}

async function openPlace(
  program: TracedProgram,
  options: CompileOptions & Partial<BoundParameters>,
): Promise<Place> {
  const { client, plugin, on, lowering = {}, cache, signal, timeoutMs, onEvent, onPrint } = options;
  const chosen = Object.entries({ client, plugin, on }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (chosen.length > 1) {
    throw new UsageError({
      message: "compile: a program runs in one place",
      expected: "client, plugin or on",
      got: chosen.join(", "),
    });
  }
  if (on !== undefined && on !== "interpreter") {
    throw new UsageError({
      message: `compile: there is no place called ${String(on)}`,
      expected: '"interpreter"',
    });
  }
  const startedAt = performance.now();
  if (on === "interpreter") return new InterpreterPlace(program, onPrint ?? printToStderr);
  const opened =
    client === undefined
      ? await openDevice(plugin ?? defaultTarget.plugin, { signal, timeoutMs, onEvent })
      : undefined;
  const release = async (): Promise<void> => opened?.[Symbol.asyncDispose]();
  try {
    const bound = options.parameters !== undefined;
    const wait = waitLeft("compile", startedAt, { signal, timeoutMs });
    return await DevicePlace.compile(client ?? opened!.client, program, {
      lowering,
      cache,
      bound,
      release,
      wait,
    });
  } catch (error) {
    const released = release();
    // A plugin that goes on compiling keeps its client open until it is done, which nobody waits for any more.
    if (error instanceof AbortedError) released.catch(() => undefined);
    else await released;
    throw error;
  }
}

/** Parameters that a program updates are states of it that do not begin as zeros. */
function checkBegins(
  { name, updatedParameters = [] }: TracedProgram,
  statesInside: boolean,
  given: boolean,
): void {
  if (updatedParameters.length === 0 || !statesInside || given) return;
  throw new UsageError({
    message: `${name} updates parameters, and does not know what they begin with`,
    expected: updatedParameters.join(", "),
    got: "no parameters",
    hint: 'compile(program, { parameters }), or states: "outside"',
  });
}

/** Memory of parameters, and of states that are parameters which the program updates. */
interface Brought {
  readonly parameters: ReadonlyMap<string, HeldMemory>;
  readonly states: ReadonlyMap<string, HeldMemory>;
}

/** Puts all parameters that are given where the program runs. */
async function bringParameters(
  program: TracedProgram,
  place: Place,
  given: GivenParameters | undefined,
  { nameOf, states = "inside" }: CompileOptions,
): Promise<Brought> {
  const held = { parameter: new Map<string, HeldMemory>(), state: new Map<string, HeldMemory>() };
  const brought = { parameters: held.parameter, states: held.state };
  if (given === undefined) return brought;
  const updated = states === "inside" ? program.updatedParameters : [];
  try {
    await takeParameters(program, given, { updated, nameOf }, async (argument, bytes) => {
      held[argument.role as "parameter"].set(argument.name, await place.upload(argument, bytes));
    });
    return brought;
  } catch (error) {
    closeAll([...held.parameter.values(), ...held.state.values()]);
    throw error;
  }
}

/** The most numbers of a print that are shown. */
const SHOWN = 64;

/** `scores: [time 3] f32: 1 2 3`. */
function formatPrint(label: string, { axes, shape, dtype, data }: HostTensor): string {
  const numbers = Array.from(data.subarray(0, SHOWN) as ArrayLike<number | bigint>, String).join(" ");
  return `${label}: ${describeTensor(axes, shape, dtype)}: ${numbers}${data.length > SHOWN ? ` ... (${data.length})` : ""}`;
}

const printToStderr: PrintListener = (label, value) => {
  process.stderr.write(`${formatPrint(label, value)}\n`);
};
