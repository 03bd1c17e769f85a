/** @file Runs the conformance checks against a plugin. */
import { basename } from "node:path";
import { GriffinError } from "../../support/errors.js";
import type { Client, ClientOptions } from "../client.js";
import { UnsupportedByPluginError } from "../errors.js";
import { Plugin } from "../plugin.js";
import { ABI_CHECKS } from "./abi-checks.js";
import { BUFFER_CHECKS } from "./buffer-checks.js";
import { type Check, type CheckContext, SkippedCheck, UnsupportedCheck } from "./check.js";
import { CLIENT_CHECKS } from "./client-checks.js";
import { PROGRAM_CHECKS } from "./program-checks.js";
import type { CheckResult, ConformanceReport } from "./report.js";
import { TOPOLOGY_CHECKS } from "./topology-checks.js";
import { type OptionNames, checkOptions } from "../../support/options.js";

/** All checks, in the order in which they run. */
export const CONFORMANCE_CHECKS: readonly Check[] = [
  ...ABI_CHECKS,
  ...CLIENT_CHECKS,
  ...BUFFER_CHECKS,
  ...PROGRAM_CHECKS,
  ...TOPOLOGY_CHECKS,
];

export interface ConformanceOptions {
  readonly client?: ClientOptions;
  /** Run only the checks whose name has this text. */
  readonly filter?: string;
  /** Called after each check. */
  readonly onResult?: (result: CheckResult) => void;
}

export const CONFORMANCE_OPTIONS: OptionNames<ConformanceOptions> = {
  client: true,
  filter: true,
  onResult: true,
};

const firstLines = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n").slice(0, 2).join(" ");

async function runCheck(check: Check, context: CheckContext): Promise<CheckResult> {
  const startedAt = performance.now();
  const finish = (outcome: CheckResult["outcome"], reason?: string): CheckResult => ({
    name: check.name,
    outcome,
    ...(reason !== undefined && { reason }),
    milliseconds: Math.round((performance.now() - startedAt) * 100) / 100,
  });
  try {
    await check.run(context);
    return finish("pass");
  } catch (error) {
    if (error instanceof SkippedCheck) return finish("skip", error.message);
    if (error instanceof UnsupportedByPluginError || error instanceof UnsupportedCheck)
      return finish("unsupported", firstLines(error));
    return finish("fail", firstLines(error));
  }
}

/** A client, or why there is none: a TPU plugin on a machine without a TPU still compiles. */
async function connect(plugin: Plugin, options: ClientOptions): Promise<Client | string> {
  try {
    return await plugin.createClient(options);
  } catch (error) {
    if (error instanceof GriffinError) return firstLines(error);
    throw error;
  }
}

/**
 * Runs the checks against the plugin at a path. A missing capability is "unsupported", not a failure.
 * @throws EnvironmentError, IncompatiblePluginError if the plugin cannot be loaded at all
 */
export async function runConformance(
  path: string,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  checkOptions("runConformance", options, CONFORMANCE_OPTIONS);
  const plugin = await Plugin.load(path);
  const client = await connect(plugin, options.client ?? {});
  const context: CheckContext = {
    plugin,
    client: () => {
      if (typeof client === "string") throw new SkippedCheck(`no device: ${client}`);
      return client;
    },
  };
  const results: CheckResult[] = [];
  for (const check of CONFORMANCE_CHECKS) {
    if (!check.name.includes(options.filter ?? "")) continue;
    const result = await runCheck(check, context);
    results.push(result);
    options.onResult?.(result);
  }
  if (typeof client !== "string") {
    results.push(
      await runCheck({ name: "client.nothing stays alive", run: () => closeAndCount(client) }, context),
    );
  }
  return {
    plugin: basename(plugin.path),
    api: `${plugin.apiVersion.major}.${plugin.apiVersion.minor}`,
    stablehlo: plugin.stablehloVersions.current ?? "unknown",
    extensions: plugin.extensions,
    results,
  };
}

async function closeAndCount(client: Client): Promise<void> {
  const alive = Object.entries(client.stats()).filter(([, count]) => count !== 0);
  await client.close();
  if (alive.length > 0) throw new Error(alive.map(([kind, count]) => `${kind}: ${count}`).join(", "));
}
