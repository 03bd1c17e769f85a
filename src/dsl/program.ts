/** @file program: traces a body into a module, with a description of every argument and result. */
import type { Operation } from "../ir/operation.js";
import type { Precision } from "../ir/precision.js";
import { makeBlock } from "../ir/rewriter.js";
import { isFloat, isScalarType } from "../ir/types.js";
import type { Interface } from "../program/index.js";
import { type Axis, type DType, describe, type FloatDType, type NamesOf } from "./axis.js";
import { TraceError } from "./errors.js";
import { checkTensor } from "./align.js";
import { inAxesOf } from "./records.js";
import { explainingMisuse } from "./misuse.js";
import { checkTensors } from "./records.js";
import type { Spec, TensorOf } from "./spec.js";
import { Tensor } from "./tensor.js";
import { checkPrecision, currentTrace, type TensorData, Trace, withTrace } from "./trace.js";
import { tracedModule } from "./traced-module.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { checkMembers, checkWord } from "../support/members.js";
import { expectGiven, shown } from "../support/given.js";
import { UsageError } from "../support/errors.js";

/** Tensors by name that are declared before there is a program: `{ x: spec([batch, model], "f32") }`. */
export type Specs = Readonly<Record<string, Spec<string, DType>>>;

/** What is known of a program's arguments that it meets while it is traced: nothing. */
export type OpenSpecs = Readonly<Record<string, unknown>>;

/** The tensors of declarations. */
export type TensorsOf<S> = { readonly [K in keyof S]: TensorOf<S[K]> };

/**
 * A traced program: what its arguments and results mean, and the module that says so too, in attributes of its entry.
 * `Inputs` and `Parameters` are those that it declares, `Outputs` the tensors that it returns.
 */
export interface TracedProgram<Inputs = object, Parameters = object, Outputs = object> extends Interface {
  /** Of types alone: nothing is there. */
  readonly types?: { readonly inputs: Inputs; readonly parameters: Parameters; readonly outputs: Outputs };
  readonly module: Operation;
  /** The states that are parameters which the program updates, by their paths: they do not begin as zeros. */
  readonly updatedParameters?: readonly string[];
  /** Of products that state none, where lowering is not told another; undefined leaves it to the plugin. */
  readonly precision?: Precision | undefined;
}

export interface ProgramOptions {
  readonly name: string;
  /**
   * States are arguments and results (`carried`, the default), start as zeros and are results (`started`), or are zeros that
   * nothing is kept of (`dropped`).
   */
  readonly state?: "carried" | "started" | "dropped";
  /** Of all products that state none of their own (`withPrecision`), those inside of model ops included. Default: the plugin's choice. */
  readonly precision?: Precision | undefined;
  /**
   * What parameters of floats are stored in; each use converts them to what the model asks for, and gradients are taken of what is stored: f32
   * masters of a model that computes in bf16. Default: what the model asks for.
   */
  readonly parameterType?: FloatDType | undefined;
  /** Which probes become results. */
  readonly probes?: (name: string) => boolean;
}

export const PROGRAM_OPTIONS: OptionNames<ProgramOptions> = {
  name: true,
  state: true,
  precision: true,
  parameterType: true,
  probes: true,
};

/** An input of the program being traced. */
export function input<const L extends readonly Axis[], D extends DType>(
  name: string,
  axes: L,
  dtype: D,
): Tensor<NamesOf<L>, D> {
  const data = currentTrace().argument("input", name, axes, dtype);
  return new Tensor(axes, dtype, data.value);
}

/** A weight of the model, by its path within the scopes; the same path is the same tensor. */
export function parameter<const L extends readonly Axis[], D extends DType>(
  name: string,
  axes: L,
  dtype: D,
): Tensor<NamesOf<L>, D> {
  const trace = currentTrace();
  const stored = isFloat(dtype) ? (trace.parameterType ?? dtype) : dtype;
  const path = trace.path(name);
  const weight = trace.argument("parameter", path, axes, stored);
  const { adapter } = trace;
  if (adapter === undefined) return new Tensor(axes, stored, weight.value).to(dtype);
  const adapted = trace.adapting(undefined, () => adapter(path, name, weight));
  const [expected, got] = [describe(axes, stored), describe(adapted.axes, adapted.dtype)];
  if (got === expected) return new Tensor(axes, stored, adapted.value).to(dtype);
  throw new TraceError({
    message: `what stands in for parameter "${path}" is another tensor`,
    expected,
    got,
  });
}

/**
 * Runs `body`, a model's computation say, with something in the place of its parameters: their sum with a product of small matrices (LoRA),
 * a masked or a rounded weight. `adapt` is called where a parameter is used, within its scope, and gives the weight itself for one that stays
 * as it is; parameters that it asks for are new ones of the program, beside the one that they adapt: `parameter(`${name}.lora_a`, ...)`.
 * @throws TraceError for a tensor of other axes, or another type, than the weight
 */
export function adaptParameters<T>(
  adapt: (of: {
    readonly path: string;
    readonly name: string;
    readonly weight: Tensor<string, FloatDType>;
  }) => TensorData,
  body: () => T,
): T {
  const adapter = (path: string, name: string, weight: TensorData): TensorData =>
    isFloat(weight.dtype)
      ? adapt({ path, name, weight: new Tensor(weight.axes, weight.dtype as FloatDType, weight.value) })
      : weight;
  return currentTrace().adapting(adapter, body);
}

/**
 * What parameters that the program has met hold after it, by their paths. They are then states of the program: arguments that are donated,
 * and results. @throws TraceError for one that the program has not met, that is updated twice, or in another shape
 */
export function updateParameters(updates: Readonly<Record<string, TensorData>>): void {
  const trace = currentTrace();
  checkTensors("updateParameters", updates);
  for (const [path, next] of Object.entries(updates)) {
    trace.checkOutermost(`parameter "${path}" is updated`);
    const known = trace.arguments.find(({ role, name }) => role === "parameter" && name === path);
    if (known === undefined) {
      throw new TraceError({ message: `parameter "${path}" is updated, and no part of the program uses it` });
    }
    if (trace.parameterUpdates.has(path))
      throw new TraceError({ message: `parameter "${path}" is updated twice` });
    trace.parameterUpdates.set(path, updateOf(`parameter "${path}"`, known, next));
  }
}

/** What a tensor holds next, its axes in the order in which it has them. @throws TraceError unless it is like what it held */
function updateOf(what: string, held: TensorData, next: TensorData): TensorData {
  checkTensor("update", what, next);
  const fitting = inAxesOf(held, next);
  if (fitting !== undefined) return fitting;
  const [expected, got] = [describe(held.axes, held.dtype), describe(next.axes, next.dtype)];
  if (expected === describe(next.axes, held.dtype)) {
    const hint = `convert it: x.to("${held.dtype}")`;
    throw new TraceError({
      message: `${what} is updated with elements of another type`,
      expected,
      got,
      hint,
    });
  }
  throw new TraceError({ message: `${what} is updated with a tensor of another shape`, expected, got });
}

/** A tensor kept from one run to the next: what it held, and how to say what it holds then. */
export interface State<A extends string, D extends DType> {
  readonly value: Tensor<A, D>;
  /** What the next run starts from. @throws TraceError when told twice or in another shape */
  update(next: Tensor<A, D>): void;
}

/** A state by its path within the scopes, zeros at first. */
export function state<const L extends readonly Axis[], D extends DType>(
  name: string,
  axes: L,
  dtype: D,
): State<NamesOf<L>, D> {
  const trace = currentTrace();
  const path = trace.path(name);
  trace.checkOutermost(`state "${path}"`);
  const value =
    trace.initialState || !trace.keepsStates
      ? trace.fill("state", 0, axes, dtype)
      : trace.argument("state", path, axes, dtype).value;
  const held = new Tensor<NamesOf<L>, D>(axes, dtype, value);
  if (!trace.keepsStates) return { value: held, update: () => undefined };
  if (!trace.states.has(path)) trace.states.set(path, held);
  return {
    value: held,
    update(next) {
      trace.checkOutermost(`state "${path}" is updated`);
      if (trace.stateUpdates.has(path)) throw new TraceError({ message: `state "${path}" is updated twice` });
      trace.stateUpdates.set(path, updateOf(`state "${path}"`, held, next));
    },
  };
}

/**
 * Runs `body`, a model's forward computation say, from nothing that came before: the states it meets are zeros of which nothing is kept,
 * whatever the program does with states elsewhere.
 */
export const withoutStates = <T>(body: () => T): T => currentTrace().withoutStates(body);

/** Complains of a type that parameters cannot be stored in. */
function checkStored(dtype: unknown): void {
  if (dtype === undefined || (typeof dtype === "string" && isScalarType(dtype) && isFloat(dtype))) return;
  throw new UsageError({
    message: "program takes another parameterType",
    expected: "a type of floats: f32, bf16 ...",
    got: shown(dtype),
  });
}

/** With the arguments that are declared before the body. */
interface DeclaringOptions extends ProgramOptions {
  readonly inputs?: Specs;
  readonly parameters?: Specs;
}

/** @throws UsageError for what `program` cannot take, by the author's line */
function checkProgram(options: DeclaringOptions, body: unknown): void {
  checkOptions("program", options, { ...PROGRAM_OPTIONS, inputs: true, parameters: true });
  checkMembers("program", "options", options, { name: "text", inputs: "object?", parameters: "object?" });
  expectGiven(typeof body === "function", body, {
    by: "program",
    what: "body",
    expected: "a function that returns the results: program({ name }, () => ({ y }))",
  });
  checkWord("program", "state", options.state, ["carried", "started", "dropped"]);
  checkPrecision("program", options.precision);
  checkStored(options.parameterType);
  for (const [name, declared] of Object.entries({ ...options.inputs, ...options.parameters }))
    checkMembers(`"${name}" of program "${options.name}"`, "declaration", declared, {
      axes: "list",
      dtype: "text",
    });
}

/**
 * Traces `body`, whose record of tensors are the outputs, into a module with one public function @main. Arguments come in
 * the order they were met; results are outputs, then parameters that are updated and states, then probes. The module is
 * verified.
 *
 * `inputs` and `parameters` declare arguments before the body, which gets them as tensors: calls of the compiled program (`compile`) then know
 * them by their names, axes and types. The body may still ask for others.
 * @throws TraceError, ShapeError
 */
export function program<
  const I extends Specs,
  O extends object,
  const P extends Specs = Record<never, never>,
>(
  options: ProgramOptions & { readonly inputs: I; readonly parameters?: P },
  body: (inputs: TensorsOf<I>, parameters: TensorsOf<P>) => O,
): TracedProgram<I, P, O>;
export function program<O extends Readonly<Record<string, TensorData>>>(
  options: ProgramOptions,
  body: () => O,
): TracedProgram<OpenSpecs, OpenSpecs, O>;
export function program(
  options: DeclaringOptions,
  body: (inputs: never, parameters: never) => object,
): TracedProgram {
  explainingMisuse(() => checkProgram(options, body));
  const entry = makeBlock([]);
  const functions = makeBlock([]);
  const trace = new Trace(
    entry,
    functions,
    options.state === "started" || options.state === "dropped",
    options.probes ?? (() => false),
    options.parameterType,
  );
  const outputs = withTrace(trace, () => outputsOf(options, body));
  const traced = tracedModule(trace, {
    ...{ name: options.name, entry, functions, outputs },
    keepsStates: options.state !== "dropped",
  });
  const updatedParameters = [...trace.parameterUpdates.keys()];
  return { ...traced, updatedParameters, precision: options.precision };
}

/** What a body returns, which gets the tensors that were declared before it. @throws TraceError for what is no record of tensors */
function outputsOf(
  { name: program, inputs = {}, parameters = {} }: DeclaringOptions,
  body: (inputs: never, parameters: never) => object,
): Readonly<Record<string, TensorData>> {
  const declared = <T>(specs: Specs, ask: (name: string, axes: readonly Axis[], dtype: DType) => T) =>
    Object.fromEntries(
      Object.entries(specs).map(([name, { axes, dtype }]) => [name, ask(name, axes, dtype)] as const),
    );
  const [given, weights] = [declared(inputs, input), declared(parameters, parameter)];
  const record: unknown = explainingMisuse(() => body(given as never, weights as never));
  checkTensors(`program "${program}"`, record);
  return record;
}
