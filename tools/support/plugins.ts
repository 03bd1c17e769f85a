/** @file Fetches plugins before anything that has a limit of time: the network may be slow. Progress goes to stderr. */
import { mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import pc from "picocolors";
import { formatBytes, Progress } from "../../src/cli/progress.js";
import { installPlugin } from "../../src/runtime-pjrt/index.js";
import { downloadWheel } from "../../src/runtime-pjrt/install/pip.js";
import type { PluginWheel } from "../../src/runtime-pjrt/install/wheels.js";

const newProgress = (): Progress =>
  new Progress({ stream: process.stderr, colors: pc.createColors(process.stderr.isTTY === true) });

/** Installs the plugins of these names unless they are there; gives their paths. @throws EnvironmentError, as `installPlugin` does */
export async function fetchPlugins(names: readonly string[]): Promise<readonly string[]> {
  using progress = newProgress();
  const paths: string[] = [];
  for (const name of names) {
    const onProgress: NonNullable<Parameters<typeof installPlugin>[1]>["onProgress"] = (at) =>
      progress.update(
        `${at.phase} ${at.package}`,
        `${formatBytes(at.bytes)} of ${formatBytes(at.totalBytes)}`,
      );
    paths.push(await installPlugin(name, { onProgress }));
    progress.done();
  }
  return paths;
}

/** Downloads wheels into a folder, where pip finds them by `PIP_FIND_LINKS`. @throws EnvironmentError, as `downloadWheel` does */
export async function fetchWheels(wheels: readonly PluginWheel[], folder: string): Promise<void> {
  using progress = newProgress();
  for (const wheel of wheels) {
    const work = join(folder, wheel.package);
    await mkdir(work, { recursive: true });
    const total = formatBytes(wheel.wheelBytes);
    const onBytes = (bytes: number): void =>
      progress.update(`download ${wheel.package}`, `${formatBytes(bytes)} of ${total}`);
    const path = await downloadWheel(wheel, work, onBytes);
    await rename(path, join(folder, basename(path)));
    progress.done();
  }
}
