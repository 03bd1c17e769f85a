/** @file griffin plugin: what can be installed, what is, and installing it. */
import { existsSync } from "node:fs";
import {
  DEFAULT_PACKAGE,
  installPlugin,
  PLUGIN_WHEELS,
  type PluginWheel,
  searchPlugin,
} from "../runtime-pjrt/index.js";
import { formatTable } from "../support/table.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { formatBytes } from "./progress.js";

interface JsonFlag {
  readonly json?: boolean;
}

export async function runPluginInstall(
  context: CommandContext,
  name: string,
  { json }: JsonFlag,
): Promise<ExitStatus> {
  using progress = context.progress();
  const path = await installPlugin(name, {
    env: context.env,
    onProgress: ({ package: wheel, phase, bytes, totalBytes }) =>
      progress.update(`${phase} ${wheel}`, `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`),
  });
  progress.done();
  if (json === true) context.printJson({ name, path });
  else context.printResult(path);
  return 0;
}

export async function runPluginList(context: CommandContext, { json }: JsonFlag): Promise<ExitStatus> {
  const wheels: readonly PluginWheel[] = Object.values(PLUGIN_WHEELS);
  const rows = await Promise.all(
    wheels.map(async ({ package: name, version, api, wheelBytes, summary }) => {
      const inCache = (await searchPlugin(name, context.env)).find(({ source }) => source === "cache folder");
      const platform = Object.keys(DEFAULT_PACKAGE).find((key) => DEFAULT_PACKAGE[key] === name);
      const path = inCache?.found === true && existsSync(inCache.path) ? inCache.path : undefined;
      return { name, platform, version, api, wheelBytes, summary, path };
    }),
  );
  if (json === true) {
    context.printJson(rows);
    return 0;
  }
  const cells = rows.map(({ name, platform = "", version, api, wheelBytes, summary, path }) => [
    name,
    platform,
    version,
    api,
    formatBytes(wheelBytes),
    path === undefined ? "" : "installed",
    summary,
  ]);
  for (const line of formatTable(["package", "name", "version", "PJRT", "download", "", ""], cells, [4]))
    context.print(line);
  return 0;
}
