/** @file Installs a plugin: a pinned wheel from PyPI, fetched by pip, the one library taken out into the cache folder. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Environment } from "../../support/environment.js";
import { EnvironmentError, GriffinError } from "../../support/errors.js";
import { checkNotAborted, type WaitOptions, WAIT_OPTIONS } from "../../support/wait.js";
import { suggestion } from "../../support/suggest.js";
import { fileSize } from "./file-size.js";
import { isIntact } from "./verify.js";
import { pluginsFolder } from "./cache-folder.js";
import { makeFolder } from "../../support/whole.js";
import { downloadWheel } from "./pip.js";
import { type PluginWheel, wheelFor, wheelNames } from "./wheels.js";
import { extractMember } from "./zip.js";
import { type OptionNames, checkOptions } from "../../support/options.js";

/** How far an installation is. */
export interface InstallProgress {
  readonly package: string;
  readonly phase: "download" | "extract";
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface InstallOptions extends WaitOptions {
  /** Variables that say where plugins are kept and where Python is; this process's by default. */
  readonly env?: Environment | undefined;
  readonly onProgress?: ((progress: InstallProgress) => void) | undefined;
}

export const INSTALL_OPTIONS: OptionNames<InstallOptions> = {
  ...WAIT_OPTIONS,
  env: true,
  onProgress: true,
};

/** Where a wheel's library lies once it is installed. */
export function installedPath(wheel: PluginWheel, env?: Environment): string {
  return join(pluginsFolder(env), `${wheel.package}-${wheel.version}`, basename(wheel.member));
}

/** Whether the whole library is there. */
export function isInstalled(wheel: PluginWheel, env?: Environment): boolean {
  return fileSize(installedPath(wheel, env)) === wheel.libraryBytes;
}

/**
 * Installs a plugin unless it is there and has the hash of what was published, and gives the library's path; one that was changed is
 * replaced. Interrupted at any point it leaves nothing half: the next call starts over. Several processes may install at once.
 * @param name a platform (cpu, tpu) or a package of PLUGIN_WHEELS
 * @throws EnvironmentError for an unknown name, another machine than Linux on x64, no python3 or pip, a failed download,
 * a folder that cannot be written
 */
export async function installPlugin(name: string, options: InstallOptions = {}): Promise<string> {
  checkOptions("installPlugin", options, INSTALL_OPTIONS);
  const wheel = wheelFor(name);
  if (wheel === undefined) {
    throw new EnvironmentError({
      message: `no plugin named ${name} can be installed`,
      hint: suggestion(name, wheelNames),
    });
  }
  const { env } = options;
  const path = installedPath(wheel, env);
  if (isInstalled(wheel, env) && (await isIntact(path, wheel))) return path;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new EnvironmentError({
      message: `${wheel.package} has no build for this machine`,
      expected: "linux on x64",
      got: `${process.platform} on ${process.arch}`,
      hint: "give the path of a PJRT plugin for this machine",
    });
  }
  const report = (phase: InstallProgress["phase"], totalBytes: number) => (bytes: number) =>
    options.onProgress?.({ package: wheel.package, phase, bytes: Math.min(bytes, totalBytes), totalBytes });
  const folder = dirname(path);
  // What is there is not what was published; where nothing is, another process may be first, and its library stays.
  const onExisting = existsSync(folder) ? "replace" : "keep";
  const fill: Parameters<typeof makeFolder>[1] = async ({ work, result }) => {
    const archive = await downloadWheel(wheel, work, report("download", wheel.wheelBytes), env, options);
    checkNotAborted(`installing ${wheel.package}`, options);
    report("download", wheel.wheelBytes)(wheel.wheelBytes);
    const target = join(result, basename(wheel.member));
    await extractMember(archive, wheel.member, target, report("extract", wheel.libraryBytes));
  };
  await makeFolder(folder, fill, onExisting).catch((error: unknown) => {
    throw explain(wheel, dirname(folder), error);
  });
  return path;
}

/** What the file system says, with what to set. */
function explain(wheel: PluginWheel, folder: string, error: unknown): unknown {
  if (error instanceof GriffinError || !(error instanceof Error)) return error;
  const megabytes = Math.ceil((wheel.wheelBytes + wheel.libraryBytes) / 1e6);
  return new EnvironmentError({
    message: `cannot install ${wheel.package} in ${folder}`,
    expected: `a folder that can be written, with ${megabytes} MB of room`,
    got: error.message,
    hint: "set STABLEGRIFFIN_PLUGINS to another folder, for later runs too, or give the path of a plugin that you have",
    cause: error,
  });
}
