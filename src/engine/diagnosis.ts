/** @file What is on this machine that matters here: versions, plugins and where they were looked for, devices. */
import { versions } from "node:process";
import {
  cacheFolder,
  CompileCache,
  findPlugin,
  isPluginPath,
  Plugin,
  type SearchedPlace,
  searchPlugin,
} from "../runtime-pjrt/index.js";
import type { Environment } from "../support/environment.js";
import { runChild } from "../support/child.js";
import { GriffinError } from "../support/errors.js";
import { AbortedError } from "../support/wait.js";
import { targetNames } from "../targets/names.js";
import { koffiVersion, packageVersion } from "../support/package.js";

/** Plugins that are looked for: one for each target. */
const PLUGINS = targetNames.map(({ plugin }) => plugin);

export interface PluginDiagnosis {
  readonly name: string;
  readonly searched: readonly SearchedPlace[];
  readonly path: string | undefined;
}

/** A plugin that was loaded and asked. */
export interface DeviceDiagnosis {
  readonly path: string;
  readonly pjrt: string;
  readonly stablehlo: { readonly minimum?: string; readonly current?: string };
  readonly platform: string;
  readonly devices: readonly string[];
}

/** Compiled programs that are kept. */
export interface CacheDiagnosis {
  readonly folder: string;
  readonly programs: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Why programs are neither taken from it nor kept in it; undefined when they are. */
  readonly problem: string | undefined;
}

export interface Diagnosis {
  readonly versions: Readonly<Record<"stablegriffin" | "node" | "koffi", string>>;
  readonly python: string | undefined;
  readonly pip: string | undefined;
  readonly cacheFolder: string;
  readonly compileCache: CacheDiagnosis;
  readonly plugins: readonly PluginDiagnosis[];
  readonly device: DeviceDiagnosis | undefined;
  /** What stands in the way, each with what to do; empty when programs can run. */
  readonly problems: readonly { readonly problem: string; readonly hint: string | undefined }[];
}

/** Looks at everything and tries the plugin called `plugin`: only that one is loaded. Installs nothing. */
export async function diagnose(plugin: string, env: Environment = process.env): Promise<Diagnosis> {
  const names = isPluginPath(plugin) ? [plugin, ...PLUGINS] : [...new Set([plugin, ...PLUGINS])];
  const cache = new CompileCache({ env });
  const [problem, python, pip, usage, plugins, device] = await Promise.all([
    cache.problem(),
    firstLine("python3", ["--version"], env),
    firstLine("python3", ["-m", "pip", "--version"], env),
    cache.usage(),
    Promise.all(names.map((name) => look(name, env))),
    tryPlugin(plugin, env),
  ]);
  const problems = device instanceof GriffinError ? [problemOf(device)] : [];
  // A plugin named by its path is not fetched.
  const missing =
    !isPluginPath(plugin) && plugins.some(({ name, path }) => name === plugin && path === undefined);
  if (missing && python === undefined) {
    problems.push({
      problem: "there is no python3, which fetches plugins",
      hint: "install python3 with pip",
    });
  } else if (missing && pip === undefined) {
    problems.push({ problem: "python3 has no pip, which fetches plugins", hint: "python3 -m ensurepip" });
  }
  return {
    versions: {
      stablegriffin: packageVersion,
      node: versions.node,
      koffi: koffiVersion(),
    },
    python,
    pip: pip?.replace(/ from .*/, ""),
    cacheFolder: cacheFolder(env),
    compileCache: { folder: cache.folder, ...usage, maxBytes: cache.maxBytes, problem },
    plugins,
    device: device instanceof GriffinError ? undefined : device,
    problems,
  };
}

const problemOf = ({ details }: GriffinError) => ({ problem: details.message, hint: details.hint });

/** For how long, in ms, python3 is waited for to tell a version: pip's first start on a busy machine takes over ten seconds. */
const ANSWER_TIMEOUT_MS = 30_000;

/** What the command says, or that it did not answer in time; undefined when there is no such command, or it fails. */
async function firstLine(
  command: string,
  args: readonly string[],
  env: Environment,
): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await runChild(command, command, args, env, {
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
    return exitCode === 0 ? stdout.split("\n")[0] : undefined;
  } catch (error) {
    if (error instanceof AbortedError) return `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
    throw error;
  }
}

async function look(name: string, env: Environment): Promise<PluginDiagnosis> {
  const searched = await searchPlugin(name, env);
  return { name, searched, path: searched.find(({ found }) => found)?.path };
}

async function tryPlugin(name: string, env: Environment): Promise<DeviceDiagnosis | GriffinError> {
  try {
    const { path } = await findPlugin(name, { env });
    const plugin = await Plugin.load(path);
    await using client = await plugin.createClient();
    const { major, minor } = plugin.apiVersion;
    return {
      path,
      pjrt: `${major}.${minor}`,
      stablehlo: plugin.stablehloVersions,
      platform: [...new Set([client.platformName, client.platformVersion])].join(" "),
      devices: client.devices.map((device) => device.toString()),
    };
  } catch (error) {
    if (error instanceof GriffinError) return error;
    throw error;
  }
}
