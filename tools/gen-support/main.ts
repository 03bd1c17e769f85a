/**
 * @file Writes docs/pjrt-plugins.md: what each installable plugin can do, by the conformance checks.
 *
 *     npx jiti tools/gen-support/main.ts
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { type ConformanceReport, PLUGIN_WHEELS, supportTable } from "../../src/runtime-pjrt/index.js";

const one = fileURLToPath(new URL("./one.ts", import.meta.url));
const target = fileURLToPath(new URL("../../docs/pjrt-plugins.md", import.meta.url));

const reports: ConformanceReport[] = [];
for (const name of Object.keys(PLUGIN_WHEELS)) {
  const { stdout } = await execa(process.execPath, ["--import", "jiti/register", one, name]);
  reports.push({ ...(JSON.parse(stdout) as ConformanceReport), plugin: name });
}
writeFileSync(target, supportTable(reports));
await execa("npx", ["biome", "format", "--write", target]);
