/** @file griffin plugin: what can be installed, what is, and installing it. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import {
  DEFAULT_PACKAGE,
  installPlugin,
  PLUGIN_WHEELS,
  type PluginWheel,
  searchPlugin,
} from "../runtime-pjrt/index.js";
import { formatTable } from "../support/table.js";
import { printJson, printLine } from "./output.js";
import { formatBytes, Progress } from "./progress.js";

interface JsonFlag {
  readonly json?: boolean;
}

export function pluginCommand(): Command {
  const command = new Command("plugin").description("PJRT plugins that can be installed");
  command
    .command("install")
    .description(
      "fetch a plugin, pinned by version and hash, into the cache folder (python3 with pip is needed)",
    )
    .argument(
      "<name>",
      `a platform (${Object.keys(DEFAULT_PACKAGE).join(", ")}) or a package of griffin plugin list`,
    )
    .addHelpText("after", "\nExamples:\n  griffin plugin install cpu\n  griffin plugin install tpu")
    .action(install);
  command
    .command("list")
    .description("plugins that can be installed, and which are")
    .addHelpText("after", "\nExamples:\n  griffin plugin list\n  griffin plugin list --json")
    .action(list);
  return command;
}

async function install(name: string, { json }: JsonFlag): Promise<void> {
  using progress = new Progress();
  const path = await installPlugin(name, {
    onProgress: ({ package: wheel, phase, bytes, totalBytes }) =>
      progress.update(`${phase} ${wheel}`, `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`),
  });
  progress.done();
  if (json === true) printJson({ name, path });
  else printLine(path);
}

async function list({ json }: JsonFlag): Promise<void> {
  const wheels: readonly PluginWheel[] = Object.values(PLUGIN_WHEELS);
  const rows = await Promise.all(
    wheels.map(async ({ package: name, version, api, wheelBytes, summary }) => {
      const inCache = (await searchPlugin(name)).find(({ source }) => source === "cache folder");
      const platform = Object.keys(DEFAULT_PACKAGE).find((key) => DEFAULT_PACKAGE[key] === name);
      const path = inCache?.found === true && existsSync(inCache.path) ? inCache.path : undefined;
      return { name, platform, version, api, wheelBytes, summary, path };
    }),
  );
  if (json === true) return printJson(rows);
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
    printLine(line);
}
