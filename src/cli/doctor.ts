/** @file griffin doctor: what was found where, and what to do. */
import { Command } from "commander";
import pc from "picocolors";
import {
  type CacheDiagnosis,
  type DeviceDiagnosis,
  type Diagnosis,
  diagnose,
  type PluginDiagnosis,
} from "./diagnosis.js";
import { addPluginOption } from "./options.js";
import { printJson, printLine } from "./output.js";
import { formatBytes } from "./progress.js";

interface Options {
  readonly plugin: string;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  const command = new Command("doctor").description("versions, plugins and devices found, and what to do");
  const examples =
    "\nExamples:\n  griffin doctor\n  griffin doctor --plugin ./libpjrt.so\n  griffin doctor --json";
  return addPluginOption(command).addHelpText("after", examples).action(run);
}

/** Exit code 3 when programs cannot run. */
async function run({ plugin, json }: Options): Promise<void> {
  const diagnosis = await diagnose(plugin);
  if (diagnosis.problems.length > 0) process.exitCode = 3;
  if (json === true) return printJson(diagnosis);
  for (const line of [...versionLines(diagnosis), ...diagnosis.plugins.flatMap(pluginLines)]) printLine(line);
  const { device, problems } = diagnosis;
  for (const line of device === undefined ? [] : deviceLines(device)) printLine(line);
  printLine();
  if (problems.length === 0) return printLine(pc.green(`ready: programs run on ${device!.platform}`));
  for (const { problem, hint } of problems) {
    printLine(pc.red(problem));
    if (hint !== undefined) printLine(`  what to do: ${hint}`);
  }
}

function versionLines({ versions, python, pip, cacheFolder, compileCache }: Diagnosis): string[] {
  return [
    ...Object.entries(versions).map(([name, version]) => entry(name, version)),
    entry("python3", python ?? "not found (needed only to fetch plugins)"),
    entry("pip", pip ?? "not found (needed only to fetch plugins)"),
    entry("cache", cacheFolder),
    entry("programs", describeCache(compileCache)),
  ];
}

/** `FOLDER: 12 compiled, 34.5 MB of at most 4.29 GB`. */
const describeCache = ({ folder, programs, bytes, maxBytes }: CacheDiagnosis): string =>
  `${folder}: ${programs} compiled, ${formatBytes(bytes)} of at most ${formatBytes(maxBytes)}`;

/** A plugin and every place that was looked at for it. */
function pluginLines({ name, searched, path }: PluginDiagnosis): string[] {
  const places = searched.map(
    ({ source, path: place, found }) => `  ${mark(found)} ${place} ${pc.dim(`(${source})`)}`,
  );
  const nowhere =
    places.length === 0
      ? [`  ${mark(false)} no place to look: set PJRT_NAMES_AND_LIBRARY_PATHS=${name}:PATH`]
      : [];
  return [
    "",
    `${pc.bold(`plugin ${name}`)}: ${path === undefined ? "not found" : "found"}`,
    ...places,
    ...nowhere,
  ];
}

function deviceLines({ path, pjrt, stablehlo, platform, devices }: DeviceDiagnosis): string[] {
  const { minimum = "unknown", current = "unknown" } = stablehlo;
  return [
    "",
    pc.bold("loaded"),
    entry("library", path),
    entry("PJRT", pjrt),
    entry("StableHLO", `${minimum} to ${current}`),
    entry("platform", platform),
    ...devices.map((device, i) => entry(`device ${i}`, device)),
  ];
}

const mark = (found: boolean): string => (found ? pc.green("✓") : pc.dim("·"));

const entry = (name: string, value: string): string => `${name.padEnd(14)} ${value}`;
