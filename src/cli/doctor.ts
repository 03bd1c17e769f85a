/** @file griffin doctor: what was found where, and what to do. */
import {
  type CacheDiagnosis,
  type DeviceDiagnosis,
  type Diagnosis,
  diagnose,
  type PluginDiagnosis,
} from "../engine/index.js";
import type { Colors } from "./colors.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { formatBytes } from "./progress.js";

interface Options {
  readonly plugin: string;
  readonly json?: boolean;
}

/** Exit code 3 when programs cannot run. */
export async function runDoctor(context: CommandContext, { plugin, json }: Options): Promise<ExitStatus> {
  const diagnosis = await diagnose(plugin, context.env);
  if (json === true) context.printJson(diagnosis);
  else for (const line of linesOf(diagnosis, context.colors)) context.print(line);
  return diagnosis.problems.length > 0 ? 3 : 0;
}

function linesOf(diagnosis: Diagnosis, colors: Colors): readonly string[] {
  const { device, plugins, problems } = diagnosis;
  return [
    ...versionLines(diagnosis),
    ...plugins.flatMap((plugin) => pluginLines(plugin, colors)),
    ...(device === undefined ? [] : deviceLines(device, colors)),
    "",
    ...(problems.length === 0 ? [colors.green(`ready: programs run on ${device!.platform}`)] : []),
    ...problems.flatMap(({ problem, hint }) => [
      colors.red(problem),
      ...(hint === undefined ? [] : [`  what to do: ${hint}`]),
    ]),
  ];
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
const describeCache = ({ folder, programs, bytes, maxBytes, problem }: CacheDiagnosis): string =>
  `${folder}: ${problem ?? `${programs} compiled, ${formatBytes(bytes)} of at most ${formatBytes(maxBytes)}`}`;

/** A plugin and every place that was looked at for it. */
function pluginLines({ name, searched, path }: PluginDiagnosis, { bold, dim, green }: Colors): string[] {
  const mark = (found: boolean): string => (found ? green("✓") : dim("·"));
  const places = searched.map(
    ({ source, path: place, found }) => `  ${mark(found)} ${place} ${dim(`(${source})`)}`,
  );
  const nowhere =
    places.length === 0
      ? [`  ${mark(false)} no place to look: set PJRT_NAMES_AND_LIBRARY_PATHS=${name}:PATH`]
      : [];
  return [
    "",
    `${bold(`plugin ${name}`)}: ${path === undefined ? "not found" : "found"}`,
    ...places,
    ...nowhere,
  ];
}

function deviceLines(
  { path, pjrt, stablehlo, platform, devices }: DeviceDiagnosis,
  { bold }: Colors,
): string[] {
  const { minimum = "unknown", current = "unknown" } = stablehlo;
  return [
    "",
    bold("loaded"),
    entry("library", path),
    entry("PJRT", pjrt),
    entry("StableHLO", `${minimum} to ${current}`),
    entry("platform", platform),
    ...devices.map((device, i) => entry(`device ${i}`, device)),
  ];
}

const entry = (name: string, value: string): string => `${name.padEnd(14)} ${value}`;
