/** @file A PJRT plugin: a shared library with one function table. */
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { EnvironmentError } from "../support/errors.js";
import { remember } from "../support/remember.js";
import { API_MINOR, FLOOR_MINOR } from "./abi/index.js";
import { Api } from "./call.js";
import { Client, type ClientOptions, CLIENT_OPTIONS } from "./client.js";
import { IncompatiblePluginError } from "./errors.js";
import { loadLibrary } from "./ffi.js";
import { expectString } from "./given.js";
import { checkMainThread } from "./main-thread.js";
import { checkInstalledLibrary } from "./install/verify.js";
import type { Options } from "./named-value.js";
import { PluginCore } from "./plugin-core.js";
import { Topology } from "./topology.js";
import { isLibtpu, prepareForLibtpu } from "./tpu-host.js";
import { checkOptions } from "../support/options.js";

const EXPORTED = "GetPjrtApi";
const loaded = new Map<string, Promise<Plugin>>();

/** A loaded plugin. It stays loaded until the process ends. */
export class Plugin extends PluginCore {
  /**
   * Loads a plugin, once per library and process.
   * @throws EnvironmentError in a worker thread, if the path is no plugin, or an installed one that was changed; IncompatiblePluginError for an API version that cannot work
   */
  static async load(path: string): Promise<Plugin> {
    checkMainThread();
    expectString("the path of a plugin", path);
    const real = checkedPath(path);
    return remember(loaded, real, () => Plugin.#load(path, real));
  }

  static async #load(path: string, real: string): Promise<Plugin> {
    await checkInstalledLibrary(real);
    // Read by the plugin when it is loaded: what goes wrong comes back as errors, its log lines only disturb.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
    if (isLibtpu(real)) prepareForLibtpu();
    const address = loadLibrary(real).callExported(EXPORTED);
    if (address === undefined || address === 0n) {
      throw new EnvironmentError({
        message: `${path} is a shared library but not a PJRT plugin`,
        expected: `a library that exports ${EXPORTED}`,
        got: address === undefined ? "no such function" : "an empty function table",
      });
    }
    const api = new Api(address, real);
    checkVersion(api);
    api.call("PJRT_Plugin_Initialize", {});
    return new Plugin(real, api);
  }

  /** Describes devices to compile for, without having them: `createTopology("v5e:2x2")`. @throws PjrtError */
  createTopology(name: string, options: Options = {}): Promise<Topology> {
    expectString("the name of a topology", name);
    return Topology.create(this, name, options);
  }

  /**
   * Connects to the plugin's devices.
   * @throws PjrtError as the plugin says, e.g. for an option it does not know
   */
  createClient(options: ClientOptions = {}): Promise<Client> {
    checkOptions("Plugin.createClient", options, CLIENT_OPTIONS);
    return Client.create(this, options);
  }
}

function checkedPath(path: string): string {
  const expected = "the path of a PJRT plugin (a shared library)";
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw new EnvironmentError({ message: `no such file: ${path}`, expected });
  }
  if (!statSync(real).isFile()) throw new EnvironmentError({ message: `${path} is not a file`, expected });
  if (!isLibrary(real)) throw new EnvironmentError({ message: `${path} is not a shared library`, expected });
  return real;
}

/** Whether a file begins like an ELF, Mach-O or PE library. */
function isLibrary(path: string): boolean {
  const head = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  const magic = head.toString("latin1");
  const isMachO = [0xfeedfacf, 0xcffaedfe, 0xcafebabe].includes(head.readUInt32BE(0));
  return magic === "\x7fELF" || magic.startsWith("MZ") || isMachO;
}

function checkVersion(api: Api): void {
  if (api.major === 0 && api.minor >= FLOOR_MINOR) return;
  throw new IncompatiblePluginError({
    message: `${api.plugin} speaks another version of the PJRT C API`,
    expected: `0.${FLOOR_MINOR} or newer (made for 0.${API_MINOR})`,
    got: `${api.major}.${api.minor}`,
    hint: "use a plugin built from a newer XLA",
  });
}
