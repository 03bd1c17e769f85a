/**
 * @file The trace: DSL calls append operations to the program being built. It holds what a call cannot know by itself: the
 * builder, the path of scopes, the parameters, states and probes met so far.
 */
import { Builder } from "../ir/builder.js";
import { type Elements, elementsFromNumbers, hasNumbers, splatNumber } from "../ir/elements.js";
import { type Integer, isBeyondNumbers, safeNumber } from "../ir/integers.js";
import { fileLocation, type Location, nameLocation, unknownLocation } from "../ir/location.js";
import type { Block, Value } from "../ir/operation.js";
import { addArgument } from "../ir/rewriter.js";
import { isComplex, isFloat, type TensorType, tensorType } from "../ir/types.js";
import { type Precision, precisionNames } from "../ir/precision.js";
import { shown } from "../support/given.js";
import { checkWord } from "../support/members.js";
import type { ArgumentRole } from "../program/index.js";
import { type Axis, checkDeclared, type DType, describe, type FloatDType, sizesOf } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import { authorPosition } from "./source.js";

/** A tensor before it is one: axes, dtype and the SSA value. */
export interface TensorData {
  readonly axes: readonly Axis[];
  readonly dtype: DType;
  readonly value: Value;
}

/** What an author declares; what is prepared, passes find. */
type DeclaredRole = Exclude<ArgumentRole, "prepared">;

/** One argument met while tracing. */
export interface TracedArgument extends TensorData {
  readonly role: DeclaredRole;
  /** Input name, parameter path or state path. */
  readonly name: string;
}

/** Tensors that were probed, by their paths. */
export type Probes = ReadonlyMap<string, TensorData>;

/** What stands in for a parameter, known by its path; the weight itself for one that stays as it is. */
export type ParameterAdapter = (path: string, name: string, weight: TensorData) => TensorData;

export class Trace {
  builder: Builder;
  readonly arguments: TracedArgument[] = [];
  /** What each state held before, in the order they were met. */
  readonly states = new Map<string, TensorData>();
  readonly stateUpdates = new Map<string, TensorData>();
  /** What parameters hold after the program, by path. */
  readonly parameterUpdates = new Map<string, TensorData>();
  /** Set while the body of a DSL function is traced: it sees only its own arguments. */
  #functionName: string | undefined;
  #scopes: readonly string[] = [];
  /** The block whose operation hands out what is probed there, the program or the body of a loop or branch, and its probes so far. */
  #probed: { readonly block: Block; readonly tensors: Map<string, TensorData> };
  #keepsStates = true;
  #adapter: ParameterAdapter | undefined;
  #precision: Precision | undefined;

  constructor(
    readonly entry: Block,
    /** Where functions of the module go. */
    readonly module: Block,
    /** States start as zero constants instead of arguments (nothing came before). */
    readonly initialState: boolean,
    readonly wantsProbe: (name: string) => boolean,
    /** What parameters are stored in, where it is not what they are asked for in. */
    readonly parameterType?: FloatDType,
  ) {
    this.builder = Builder.atEnd(entry);
    this.#probed = { block: entry, tensors: new Map() };
  }

  /** `layers.0.mlp_block` inside nested scopes. */
  path(name: string): string {
    return [...this.#scopes, name].join(".");
  }

  inScope<T>(name: string, body: () => T): T {
    const outer = this.#scopes;
    this.#scopes = [...outer, name];
    try {
      return body();
    } finally {
      this.#scopes = outer;
    }
  }

  /** Of products that state none; undefined outside of `withPrecision`. */
  get precision(): Precision | undefined {
    return this.#precision;
  }

  inPrecision<T>(precision: Precision, body: () => T): T {
    const outer = this.#precision;
    this.#precision = precision;
    try {
      return body();
    } finally {
      this.#precision = outer;
    }
  }

  /** Whether states are arguments or results here, not zeros of which nothing is kept. */
  get keepsStates(): boolean {
    return this.#keepsStates;
  }

  /** States met while `body` runs are zeros, of which nothing is kept. */
  withoutStates<T>(body: () => T): T {
    const outer = this.#keepsStates;
    this.#keepsStates = false;
    try {
      return body();
    } finally {
      this.#keepsStates = outer;
    }
  }

  /** What stands in for parameters here. */
  get adapter(): ParameterAdapter | undefined {
    return this.#adapter;
  }

  /** Parameters met while `body` runs are what `adapter` makes of them; those that it meets itself are as they are. */
  adapting<T>(adapter: ParameterAdapter | undefined, body: () => T): T {
    const outer = this.#adapter;
    this.#adapter = adapter;
    try {
      return body();
    } finally {
      this.#adapter = outer;
    }
  }

  /** What was probed in the program or body being traced. */
  get probes(): Probes {
    return this.#probed.tensors;
  }

  /** Hands out a tensor by a path, where `checkProbed` has nothing to say. */
  addProbe(path: string, tensor: TensorData): void {
    this.#probed.tensors.set(path, tensor);
  }

  /** Complains where nothing can hand out what is probed. */
  checkProbed(path: string): void {
    if (this.builder.block === this.#probed.block) return;
    throw new TraceError({
      message: `probe "${path}" inside a function, a condition or the body of an op`,
      hint: "return the tensor, and probe it outside, or print it",
    });
  }

  /** Traces the body of a loop or a branch, which hands out what is probed in it. */
  inBody<T>(builder: Builder, body: () => T): { readonly made: T; readonly probes: Probes } {
    const outer = this.#probed;
    const tensors = new Map<string, TensorData>();
    this.#probed = { block: builder.block, tensors };
    try {
      return { made: this.inBuilder(builder, body), probes: tensors };
    } finally {
      this.#probed = outer;
    }
  }

  /** Appends operations elsewhere (a region's body) while `body` runs. */
  inBuilder<T>(builder: Builder, body: () => T): T {
    const outer = this.builder;
    this.builder = builder;
    try {
      return body();
    } finally {
      this.builder = outer;
    }
  }

  /** Traces the body of a DSL function. */
  inFunction<T>(name: string, builder: Builder, body: () => T): T {
    const outer = this.#functionName;
    this.#functionName = name;
    try {
      return this.inBuilder(builder, body);
    } finally {
      this.#functionName = outer;
    }
  }

  /** The author's position, named by the scopes, for the operations of this call. */
  location(): Location {
    const position = authorPosition();
    const file = position === undefined ? unknownLocation : fileLocation(position);
    return this.#scopes.length === 0 ? file : nameLocation(this.#scopes.join("/"), file);
  }

  /** Complains inside the body of a loop, a branch or a function, whose tensors do not outlive it. */
  checkOutermost(what: string): void {
    if (this.builder.block === this.entry) return;
    throw new TraceError({
      message: `${what} inside the body of a loop, a branch or a function`,
      hint: "return the tensor from the body, and do it outside",
    });
  }

  /** The argument of that role and name; made on first use, afterwards checked to be asked for alike. */
  argument(role: DeclaredRole, name: string, axes: readonly Axis[], dtype: DType): TensorData {
    if (this.#functionName !== undefined) {
      throw new TraceError({
        message: `${role} "${name}" is used inside function "${this.#functionName}"`,
        hint: "functions see their arguments only: pass it in",
      });
    }
    checkDeclared(axes, dtype);
    const known = this.arguments.find((argument) => argument.role === role && argument.name === name);
    if (known !== undefined) return this.#sameArgument(known, axes, dtype);
    const value = addArgument(this.entry, tensorType(sizesOf(axes), dtype), this.location(), name);
    this.arguments.push({ role, name, axes, dtype, value });
    return { axes, dtype, value };
  }

  #sameArgument(known: TracedArgument, axes: readonly Axis[], dtype: DType): TensorData {
    if (describe(known.axes, known.dtype) === describe(axes, dtype)) return known;
    throw new TraceError({
      message: `${known.role} "${known.name}" is asked for twice with different shapes`,
      expected: describe(known.axes, known.dtype),
      got: describe(axes, dtype),
    });
  }

  /** The IR type of a tensor with these axes. */
  typeOf(axes: readonly Axis[], dtype: DType): TensorType {
    checkDeclared(axes, dtype);
    return tensorType(sizesOf(axes), dtype);
  }

  /** A constant tensor filled with one number, for `op`. @throws ShapeError for a number that `dtype` does not have */
  fill(op: string, value: Integer, axes: readonly Axis[], dtype: DType): Value {
    checkNumber(op, value, axes, dtype);
    const type = this.typeOf(axes, dtype);
    const elements = isComplex(dtype) ? realNumber(type, Number(value)) : elementsFromNumbers(type, [value]);
    return this.builder.create("stablehlo.constant", [], { value: elements }).result;
  }
}

/** A complex constant filled with a number that has no imaginary part. */
function realNumber(type: TensorType, value: number): Elements {
  const parts = type.element === "complex<f32>" ? Float32Array.of(value, 0) : Float64Array.of(value, 0);
  return { type, data: new Uint8Array(parts.buffer), splat: true };
}

/** Whether an element of a type is this number, but for the rounding of floats, which is not to infinity. */
function holds(dtype: DType, value: Integer): boolean {
  if (typeof value !== "number" && typeof value !== "bigint") return false;
  if (typeof value === "bigint" && safeNumber(value) === undefined) {
    return (dtype === "i64" || dtype === "ui64") && isBeyondNumbers(value, dtype);
  }
  const number = Number(value);
  if (dtype === "complex<f64>") return true;
  const part = dtype === "complex<f32>" ? "f32" : dtype;
  const floats = isFloat(part);
  if (!floats && !Number.isSafeInteger(number)) return false;
  if (part === "ui64" && number < 0) return false;
  const stored = splatNumber(elementsFromNumbers(tensorType([], part), [number]))!;
  return floats ? Number.isFinite(stored) === Number.isFinite(number) : stored === number;
}

/** Floats may round, but not to infinity; integers must be what was asked for. */
function checkNumber(op: string, value: Integer, axes: readonly Axis[], dtype: DType): void {
  const known = hasNumbers(dtype) || isComplex(dtype) || dtype === "i64" || dtype === "ui64";
  if (known && holds(dtype, value)) return;
  throw new ShapeError({
    message: known ? `${op}: ${value} is no ${dtype}` : `${op}: there are no constants of ${dtype}`,
    got: describe(axes, dtype),
  });
}

let active: Trace | undefined;

/** The trace of the program being built. @throws TraceError outside of one */
export function currentTrace(): Trace {
  if (active !== undefined) return active;
  throw new TraceError({
    message: "no program is being traced",
    hint: "call DSL functions inside the body of program(...)",
  });
}

/** Runs `body` with `trace` as the current one. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  const outer = active;
  active = trace;
  try {
    return body();
  } finally {
    active = outer;
  }
}

/** The builder, set to the author's position and precision. */
export function builderHere(): Builder {
  const trace = currentTrace();
  trace.builder.location = trace.location();
  trace.builder.precision = trace.precision;
  return trace.builder;
}

/** Parameters, states and probes made inside `body` are named `name.…`; ops show it in their locations. */
export function scope<T>(name: string, body: () => T): T {
  const whole = typeof name === "string" && typeof body === "function";
  if (whole) return currentTrace().inScope(name, body);
  throw new TraceError({
    message: "scope takes a name, and the function that is traced within it",
    expected: 'scope("block", () => ...)',
    got: `${shown(name)} and ${shown(body)}`,
  });
}

/**
 * All products made inside `body` that state no precision of their own, those that model ops are made of and those of gradients taken
 * there included; the innermost scope counts. A function (`fn`) is traced once for each precision that it is called in.
 */
export function withPrecision<T>(precision: Precision, body: () => T): T {
  checkPrecision("withPrecision", precision);
  return currentTrace().inPrecision(precision, body);
}

/** Complains of a precision that there is none, which would be found only where there is a product. */
export const checkPrecision = (what: string, given: unknown): void =>
  checkWord(what, "precision", given, precisionNames);
