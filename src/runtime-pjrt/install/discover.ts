/** @file Finds a plugin: where people and other projects keep them, then our cache folder, then installing it. */
import { join } from "node:path";
import type { Environment } from "../../support/environment.js";
import { EnvironmentError } from "../../support/errors.js";
import { ownValue } from "../../support/own-value.js";
import { didYouMean } from "../../support/suggest.js";
import { AbortedError, type WaitOptions, WAIT_OPTIONS } from "../../support/wait.js";
import { runChild } from "../../support/child.js";
import { fileSize } from "./file-size.js";
import {
  type InstallOptions,
  installedPath,
  installPlugin,
  isInstalled,
  INSTALL_OPTIONS,
} from "./install.js";
import { PLUGIN_WHEELS, type PluginWheel, wheelFor, wheelNames } from "./wheels.js";
import { type OptionNames, checkOptions, pickOptions } from "../../support/options.js";

/** One place that was looked at. */
export interface SearchedPlace {
  /** What makes it a place to look: an environment variable, the cache folder, Python's packages. */
  readonly source: string;
  /** The path, or why there is none. */
  readonly path: string;
  readonly found: boolean;
}

/** A plugin's library, where it came from, and all places that were looked at before. */
export interface FoundPlugin {
  readonly path: string;
  readonly source: string;
  readonly searched: readonly SearchedPlace[];
}

export interface FindOptions extends InstallOptions {
  /** Install the plugin if it is found nowhere. */
  readonly install?: boolean | undefined;
}

export const FIND_OPTIONS: OptionNames<FindOptions> = {
  ...INSTALL_OPTIONS,
  install: true,
};

/** Libraries inside Python packages, by platform name. */
const PYTHON_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  cpu: Object.values(PLUGIN_WHEELS)
    .map(({ member }) => member)
    .filter((member) => !member.startsWith("libtpu")),
  tpu: [PLUGIN_WHEELS.libtpu.member],
  cuda: ["jax_plugins/xla_cuda13/xla_cuda_plugin.so", "jax_plugins/xla_cuda12/xla_cuda_plugin.so"],
  rocm: ["jax_plugins/xla_rocm7/xla_rocm_plugin.so", "jax_plugins/xla_rocm60/xla_rocm_plugin.so"],
};

const FILE_NAMES = [
  (name: string) => `pjrt_c_api_${name}_plugin.so`,
  (name: string) => `pjrt-plugin-${name}.so`,
  (name: string) => `pjrt_plugin_${name}.so`,
];

const isFile = (path: string): boolean => fileSize(path) !== undefined;

/** Whether a plugin is given as a path rather than by name. */
export function isPluginPath(plugin: string): boolean {
  return /[\\/]/.test(plugin) || /\.(so|dylib|dll)(\.\d+)*$/.test(plugin) || isFile(plugin);
}

function place(source: string, path: string): SearchedPlace {
  return { source, path, found: isFile(path) };
}

/** Places that environment variables name, by the conventions of JAX and of other PJRT clients. */
function placesFromEnvironment(name: string, env: Environment): readonly SearchedPlace[] {
  const { PJRT_NAMES_AND_LIBRARY_PATHS, PJRT_PLUGIN_LIBRARY_PATH, TPU_LIBRARY_PATH } = env;
  const named = (PJRT_NAMES_AND_LIBRARY_PATHS ?? "").split(",").flatMap((entry) => {
    const [key, path] = entry.split(/:(.*)/s);
    return key === name && path ? [place("PJRT_NAMES_AND_LIBRARY_PATHS", path)] : [];
  });
  const folders = (PJRT_PLUGIN_LIBRARY_PATH ?? "").split(":").filter(Boolean);
  const inFolders = folders.flatMap((folder) =>
    FILE_NAMES.map((fileName) => place("PJRT_PLUGIN_LIBRARY_PATH", join(folder, fileName(name)))),
  );
  const tpu = name === "tpu" && TPU_LIBRARY_PATH ? [place("TPU_LIBRARY_PATH", TPU_LIBRARY_PATH)] : [];
  return [...named, ...inFolders, ...tpu];
}

function placeInCache(wheel: PluginWheel, env: Environment): SearchedPlace {
  return { source: "cache folder", path: installedPath(wheel, env), found: isInstalled(wheel, env) };
}

/** Starting Python takes less than a second; one that takes this long, in ms, does not answer. */
const PYTHON_TIMEOUT_MS = 10_000;

async function placesInPython(
  name: string,
  env: Environment,
  wait: WaitOptions,
): Promise<readonly SearchedPlace[]> {
  const members = ownValue(PYTHON_LIBRARIES, name);
  if (members === undefined) return [];
  const script = "import sys; print('\\n'.join(p for p in sys.path if p.endswith('-packages')))";
  const limit = Math.min(wait.timeoutMs ?? PYTHON_TIMEOUT_MS, PYTHON_TIMEOUT_MS);
  const options = { signal: wait.signal, timeoutMs: limit };
  const answer = await runChild(
    "asking python3 for its packages",
    "python3",
    ["-c", script],
    env,
    options,
  ).catch((error: unknown) => {
    if (error instanceof AbortedError && wait.signal?.aborted !== true) return undefined;
    throw error;
  });
  if (answer === undefined)
    return [{ source: "Python packages", path: `python3 did not answer in ${limit} ms`, found: false }];
  const { exitCode, stdout } = answer;
  if (exitCode !== 0) return [{ source: "Python packages", path: "no python3", found: false }];
  return String(stdout)
    .split("\n")
    .filter(Boolean)
    .flatMap((folder) => members.map((member) => place("Python packages", join(folder, member))));
}

/**
 * All places where a plugin is looked for, in order, and whether it is there. Nothing is loaded.
 * @param plugin a path, a platform name (cpu, tpu, cuda), or a package of PLUGIN_WHEELS
 * @param env variables that name places, and where Python is
 */
export async function searchPlugin(
  plugin: string,
  env: Environment = process.env,
  wait: WaitOptions = {},
): Promise<readonly SearchedPlace[]> {
  checkOptions("searchPlugin", wait, WAIT_OPTIONS);
  if (isPluginPath(plugin)) return [place("given path", plugin)];
  return [...nearPlaces(plugin, env), ...(await placesInPython(plugin, env, wait))];
}

/** The places that are looked at without starting Python. */
function nearPlaces(plugin: string, env: Environment): readonly SearchedPlace[] {
  const wheel = wheelFor(plugin);
  return [...placesFromEnvironment(plugin, env), ...(wheel === undefined ? [] : [placeInCache(wheel, env)])];
}

/** For the name that `compile` has for running without one. */
const noPluginNeeded = (): EnvironmentError =>
  new EnvironmentError({
    message: "no interpreter plugin found",
    hint: 'the interpreter is no plugin: compile(program, { on: "interpreter" }), griffin run --interpret',
  });

/**
 * Finds a plugin's library; the first place that has it wins.
 * @throws EnvironmentError with the whole search list, if it is nowhere and may not, or cannot, be installed
 */
export async function findPlugin(plugin: string, options: FindOptions = {}): Promise<FoundPlugin> {
  checkOptions("findPlugin", options, FIND_OPTIONS);
  const { env = process.env } = options;
  const near = isPluginPath(plugin) ? [] : nearPlaces(plugin, env);
  // Starting Python takes longer than all the rest of finding and loading a plugin.
  const searched = near.some(({ found }) => found)
    ? near
    : await searchPlugin(plugin, env, pickOptions(options, WAIT_OPTIONS));
  const first = searched.find(({ found }) => found);
  if (first !== undefined) return { path: first.path, source: first.source, searched };
  const wheel = isPluginPath(plugin) ? undefined : wheelFor(plugin);
  if (wheel !== undefined && options.install === true) {
    return {
      path: await installPlugin(plugin, pickOptions(options, INSTALL_OPTIONS)),
      source: "installed now",
      searched,
    };
  }
  if (plugin === "interpreter") throw noPluginNeeded();
  throw new EnvironmentError({
    message: isPluginPath(plugin) ? `no such plugin: ${plugin}` : `no ${plugin} plugin found`,
    details:
      searched.length === 0
        ? []
        : ["looked at:", ...searched.map(({ source, path }) => `  ${path} (${source})`)],
    hint:
      wheel === undefined
        ? (didYouMean(plugin, wheelNames) ??
          "set PJRT_NAMES_AND_LIBRARY_PATHS=name:path, or give the path of a plugin")
        : `install it: griffin plugin install ${plugin}`,
  });
}
