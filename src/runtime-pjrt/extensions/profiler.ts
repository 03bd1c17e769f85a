/** @file The profiler extension: a trace of what a device did, as the bytes of an XSpace message. */
import type { ExtensionApi } from "../call.js";
import { addressOf } from "../ffi.js";
import type { PluginCore } from "../plugin-core.js";
import type { Resource } from "../resources.js";
import { extensionOf } from "./extension.js";

/** Records from `start` until `stop`. One at a time per plugin; close it. */
export class Profiler {
  readonly #functions: ExtensionApi<"Profiler">;
  readonly #resource: Resource;

  private constructor(plugin: PluginCore, functions: ExtensionApi<"Profiler">, pointer: bigint) {
    this.#functions = functions;
    this.#resource = plugin.resources.add(this, "profiler", pointer, (profiler) => {
      functions.call("PLUGIN_Profiler_Destroy", { profiler });
    });
  }

  /**
   * @param options bytes of a ProfileOptions message; empty for the plugin's own choice
   * @throws UnsupportedByPluginError where the plugin has no profiler
   */
  static create(plugin: PluginCore, options: Uint8Array = new Uint8Array(0)): Profiler {
    const functions = extensionOf(plugin.api, "Profiler");
    const { profiler } = functions.call("PLUGIN_Profiler_Create", {
      options: addressOf(options),
      options_size: options.length,
    });
    return new Profiler(plugin, functions, profiler);
  }

  /** @throws PjrtError if another profiler is recording */
  start(): void {
    this.#functions.call("PLUGIN_Profiler_Start", { profiler: this.#resource.use("start") });
  }

  /** Ends the recording and gives the trace: bytes of an XSpace message, for TensorBoard and its like. */
  stop(): Uint8Array<ArrayBuffer> {
    const profiler = this.#resource.use("stop");
    this.#functions.call("PLUGIN_Profiler_Stop", { profiler });
    // Asked twice: first for the size, then for the bytes.
    const { buffer_size_in_bytes } = this.#functions.call("PLUGIN_Profiler_CollectData", { profiler });
    const trace = new Uint8Array(buffer_size_in_bytes);
    if (trace.length > 0) {
      this.#functions.call("PLUGIN_Profiler_CollectData", { profiler, buffer: addressOf(trace) });
    }
    return trace;
  }

  close(): void {
    this.#resource.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
