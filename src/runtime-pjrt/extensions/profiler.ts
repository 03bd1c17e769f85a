/** @file The profiler extension: a trace of what a device did, as the bytes of an XSpace message. */
import type { Api, ExtensionApi } from "../call.js";
import { HandleClosedError } from "../errors.js";
import { addressOf } from "../ffi.js";
import type { Plugin } from "../plugin.js";
import { extensionOf } from "./extension.js";

/** Records from `start` until `stop`. One at a time per plugin; close it. */
export class Profiler {
  readonly #functions: ExtensionApi<"Profiler">;
  #pointer: bigint;

  private constructor(functions: ExtensionApi<"Profiler">, pointer: bigint) {
    this.#functions = functions;
    this.#pointer = pointer;
  }

  /**
   * @param options bytes of a ProfileOptions message; empty for the plugin's own choice
   * @throws UnsupportedByPluginError where the plugin has no profiler
   */
  static create(plugin: Plugin | { readonly api: Api }, options: Uint8Array = new Uint8Array(0)): Profiler {
    const functions = extensionOf(plugin.api, "Profiler");
    const { profiler } = functions.call("PLUGIN_Profiler_Create", {
      options: addressOf(options),
      options_size: options.length,
    });
    return new Profiler(functions, profiler);
  }

  start(): void {
    this.#functions.call("PLUGIN_Profiler_Start", { profiler: this.#use("start") });
  }

  /** Ends the recording and gives the trace: bytes of an XSpace message, for TensorBoard and its like. */
  stop(): Uint8Array<ArrayBuffer> {
    const profiler = this.#use("stop");
    this.#functions.call("PLUGIN_Profiler_Stop", { profiler });
    const { buffer_size_in_bytes } = this.#functions.call("PLUGIN_Profiler_CollectData", { profiler });
    const trace = new Uint8Array(buffer_size_in_bytes);
    if (trace.length > 0) {
      this.#functions.call("PLUGIN_Profiler_CollectData", { profiler, buffer: addressOf(trace) });
    }
    return trace;
  }

  #use(what: string): bigint {
    if (this.#pointer !== 0n) return this.#pointer;
    throw new HandleClosedError({ message: `${what} of a profiler that is closed` });
  }

  close(): void {
    if (this.#pointer === 0n) return;
    const profiler = this.#pointer;
    this.#pointer = 0n;
    this.#functions.call("PLUGIN_Profiler_Destroy", { profiler });
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
