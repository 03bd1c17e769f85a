/** @file Calls into a plugin's function table: inputs to struct, size by version, error to exception, struct to outputs. */
import { basename } from "node:path";
import {
  API_MINOR,
  type ExtensionFunctionName,
  type ExtensionName,
  EXTENSIONS,
  type FunctionName,
  FUNCTIONS,
  type Inputs,
  type Outputs,
  PJRT_Error_Code,
  type SlotLayout,
  type StructName,
} from "./abi/index.js";
import { type Failure, IncompatiblePluginError, pjrtError } from "./errors.js";
import { copyBytes, functionAt, type NativeFunction } from "./ffi.js";
import { readText } from "./memory-reading.js";
import { codecOf, type StructCodec, type StructMemory } from "./struct.js";

type Values = Readonly<Record<string, bigint | number | boolean | undefined>>;
type TakeError = (error: bigint, call: string) => Failure;

/** One C function with its argument struct. Synchronous calls share one piece of memory: they cannot nest. */
class Binding {
  readonly #codec: StructCodec;
  readonly #memory: StructMemory;
  #structSize: number;

  constructor(
    readonly name: string,
    readonly slot: SlotLayout,
    readonly native: NativeFunction,
    minor: number,
    readonly takeError: TakeError,
  ) {
    this.#codec = codecOf(`${name}_Args` as StructName);
    this.#memory = this.#codec.allocate();
    this.#structSize = this.#codec.structSize(minor);
  }

  call(inputs: Values): Record<string, bigint | number | boolean> {
    this.#codec.write(this.#memory.view, this.#structSize, inputs);
    const error = this.native.call(this.#memory.address);
    if (error === 0n || this.slot.returns === "void") return this.#codec.readOutputs(this.#memory.view);
    this.#settle(error);
    return this.call(inputs);
  }

  /** Calls with a struct size of 0, which every function refuses by naming the size it wants. */
  probe(): string {
    this.#codec.write(this.#memory.view, 0, {});
    this.#memory.view.setBigUint64(0, 0n, true);
    const error = this.native.call(this.#memory.address);
    return error === 0n ? "" : this.takeError(error, this.name).text;
  }

  async callOnThread(
    inputs: Values,
    keep: readonly unknown[],
  ): Promise<Record<string, bigint | number | boolean>> {
    const memory = this.#codec.allocate();
    this.#codec.write(memory.view, this.#structSize, inputs);
    const pinned = { memory, keep };
    inFlight.add(pinned);
    let error: bigint;
    try {
      error = await this.native.callOnThread(memory.address);
    } finally {
      inFlight.delete(pinned);
    }
    if (error === 0n || this.slot.returns === "void") return this.#codec.readOutputs(memory.view);
    this.#settle(error);
    return this.callOnThread(inputs, keep);
  }

  /** Returns if the call should be made again with another struct size; throws the plugin's error otherwise. */
  #settle(error: bigint): void {
    const failure = this.takeError(error, this.name);
    const mismatch = /Unexpected (\w+) size: expected (\d+), got (\d+)/.exec(failure.text);
    if (mismatch === null) throw pjrtError(failure);
    const [, struct, expected, got] = mismatch;
    const wanted = Number(expected);
    if (struct === this.#codec.name && this.#codec.hadSize(wanted) && wanted !== this.#structSize) {
      this.#structSize = wanted;
      return;
    }
    throw new IncompatiblePluginError({
      message: `${failure.plugin} wants another layout of ${struct}`,
      expected: `${expected} bytes`,
      got: `${got} bytes`,
      where: `${this.name} of ${failure.plugin}`,
    });
  }
}

/** What calls on other threads point to. */
const inFlight = new Set<unknown>();

/** Functions of one table, looked up once. */
class FunctionTable {
  readonly #bindings = new Map<string, Binding>();

  constructor(
    readonly address: bigint,
    readonly byteLength: number,
    readonly slots: Readonly<Record<string, SlotLayout>>,
    readonly api: Api,
    readonly takeError: TakeError,
  ) {}

  has(name: string): boolean {
    return this.#pointer(name) !== 0n;
  }

  binding(name: string): Binding {
    const known = this.#bindings.get(name);
    if (known !== undefined) return known;
    const slot = this.slots[name]!;
    const pointer = this.#pointer(name);
    if (pointer === 0n) throw this.api.absent(name, slot.since);
    const binding = new Binding(
      name,
      slot,
      functionAt(pointer),
      Math.min(API_MINOR, this.api.minor),
      this.takeError,
    );
    this.#bindings.set(name, binding);
    return binding;
  }

  #pointer(name: string): bigint {
    const { offset } = this.slots[name]!;
    if (offset + 8 > this.byteLength) return 0n;
    return new DataView(copyBytes(this.address + BigInt(offset), 8).buffer).getBigUint64(0, true);
  }
}

/** The functions of one extension of a plugin. */
export class ExtensionApi<E extends ExtensionName> {
  readonly #table: FunctionTable;

  constructor(table: FunctionTable) {
    this.#table = table;
  }

  has(name: ExtensionFunctionName<E>): boolean {
    return this.#table.has(name);
  }

  call<F extends ExtensionFunctionName<E>>(name: F, inputs: Inputs<F>): Outputs<F> {
    return this.#table.binding(name).call(inputs as Values) as Outputs<F>;
  }
}

const HEAD_BYTES = 24;
const VERSION_OFFSET = 32;

/** A plugin's `PJRT_Api`. Functions that only ever answer with constants or enqueue work are called directly. */
export class Api {
  readonly major: number;
  readonly minor: number;
  /** File name of the plugin, for messages. */
  readonly plugin: string;
  /** Type numbers of the extensions in the plugin's chain. */
  readonly extensionTypes: readonly number[];
  readonly #functions: FunctionTable;
  readonly #extensions = new Map<number, bigint>();
  readonly #extensionTables = new Map<ExtensionName, FunctionTable>();

  /** @param address what `GetPjrtApi` returned */
  constructor(address: bigint, path: string) {
    const head = new DataView(copyBytes(address, 40).buffer);
    this.plugin = basename(path);
    this.major = head.getInt32(VERSION_OFFSET, true);
    this.minor = head.getInt32(VERSION_OFFSET + 4, true);
    const byteLength = Number(head.getBigUint64(0, true));
    const takeError: TakeError = (error, call) => this.#takeError(error, call);
    this.#functions = new FunctionTable(address, byteLength, FUNCTIONS, this, takeError);
    for (let next = head.getBigUint64(8, true); next !== 0n; ) {
      const base = new DataView(copyBytes(next, HEAD_BYTES).buffer);
      const type = base.getInt32(8, true);
      if (this.#extensions.has(type)) break;
      this.#extensions.set(type, next);
      next = base.getBigUint64(16, true);
    }
    this.extensionTypes = [...this.#extensions.keys()];
  }

  /** Whether the plugin has a function; it may still answer that it is not implemented. */
  has(name: FunctionName): boolean {
    return this.#functions.has(name);
  }

  /**
   * Calls a function and waits for it.
   * @throws PjrtError what the plugin returned; UnsupportedByPluginError if it lacks the function
   */
  call<F extends FunctionName>(name: F, inputs: Inputs<F>): Outputs<F> {
    return this.#functions.binding(name).call(inputs as Values) as Outputs<F>;
  }

  /**
   * The size that the plugin wants for a function's argument struct; undefined if it does not tell. For conformance only: a function
   * that does not check the size reads null pointers.
   */
  probeStructSize(name: FunctionName): number | undefined {
    const size = /Unexpected \w+ size: expected (\d+), got 0/.exec(
      this.#functions.binding(name).probe(),
    )?.[1];
    return size === undefined ? undefined : Number(size);
  }

  /** The same on a thread of its own, for calls that may take long. `keep` stays reachable until it is done. */
  callOnThread<F extends FunctionName>(
    name: F,
    inputs: Inputs<F>,
    keep: readonly unknown[] = [],
  ): Promise<Outputs<F>> {
    return this.#functions.binding(name).callOnThread(inputs as Values, keep) as Promise<Outputs<F>>;
  }

  /** An extension, or undefined if the plugin has none of that kind. */
  extension<E extends ExtensionName>(name: E): ExtensionApi<E> | undefined {
    const table = this.#extensionTables.get(name) ?? this.#extensionTable(name);
    if (table === undefined) return undefined;
    this.#extensionTables.set(name, table);
    return new ExtensionApi<E>(table);
  }

  #extensionTable(name: ExtensionName): FunctionTable | undefined {
    const layout: {
      readonly type: number;
      readonly table?: number;
      readonly functions: Readonly<Record<string, SlotLayout>>;
    } = EXTENSIONS[name];
    const base = this.#extensions.get(layout.type);
    if (base === undefined) return undefined;
    const address = layout.table === undefined ? base : readPointer(base + BigInt(layout.table));
    if (address === 0n) return undefined;
    const byteLength = Number(new DataView(copyBytes(address, 8).buffer).getBigUint64(0, true));
    const takeError: TakeError = (error, call) =>
      name === "Profiler" ? this.#takeProfilerError(error, call) : this.#takeError(error, call);
    return new FunctionTable(address, byteLength, layout.functions, this, takeError);
  }

  /** The same for a `PLUGIN_Profiler_Error`, whose code is behind a call that cannot itself fail usefully. */
  #takeProfilerError(error: bigint, call: string): Failure {
    const profiler = this.extension("Profiler")!;
    const { message, message_size } = profiler.call("PLUGIN_Profiler_Error_Message", { error });
    const text = readText(message, message_size);
    const { code } = profiler.call("PLUGIN_Profiler_Error_GetCode", { error });
    profiler.call("PLUGIN_Profiler_Error_Destroy", { error });
    return { status: code, text, call, plugin: this.plugin };
  }

  /** The error for a function that the plugin's table does not hold. */
  absent(name: string, since: number | undefined): Error {
    const needs = since === undefined ? "" : `, which came with API 0.${since}`;
    return pjrtError({
      status: PJRT_Error_Code.UNIMPLEMENTED,
      text: `${this.plugin} (API ${this.major}.${this.minor}) has no ${name}${needs}`,
      call: name,
      plugin: this.plugin,
    });
  }

  /** Reads and frees a `PJRT_Error`. */
  #takeError(error: bigint, call: string): Failure {
    const { message, message_size } = this.call("PJRT_Error_Message", { error });
    const text = readText(message, message_size);
    const { code } = this.call("PJRT_Error_GetCode", { error });
    this.call("PJRT_Error_Destroy", { error });
    return { status: code, text, call, plugin: this.plugin };
  }
}

function readPointer(address: bigint): bigint {
  return new DataView(copyBytes(address, 8).buffer).getBigUint64(0, true);
}
