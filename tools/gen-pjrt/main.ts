/**
 * @file Generates src/runtime-pjrt/abi from PJRT headers. No header is committed; pass the paths:
 *
 *     npx jiti tools/gen-pjrt/main.ts --headers DIR [--older pjrt_c_api.h ...] [--check]
 *
 * `--older` holds the growth table against headers of older versions; `--check` writes nothing and fails on any difference.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareWithOlder } from "./check-growth.js";
import { emitFiles } from "./emit.js";
import { readHeaderTree, readLayout } from "./headers.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const target = join(root, "src", "runtime-pjrt", "abi");

function format(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "gen-pjrt-"));
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  try {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    execFileSync(process.execPath, [biome, "format", "--write", `--config-path=${root}`, folder], {
      stdio: "pipe",
    });
    return new Map([...files.keys()].map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      headers: { type: "string" },
      older: { type: "string", multiple: true, default: [] },
      check: { type: "boolean", default: false },
    },
  });
  if (values.headers === undefined)
    throw new Error("--headers DIR is needed: the folder that holds xla/pjrt/c");
  const { core, extensions } = readHeaderTree(values.headers);
  const problems = values.older.flatMap((path) => compareWithOlder(core, readLayout(path)));
  const files = format(emitFiles(core, extensions));
  for (const [name, text] of files) {
    const path = join(target, name);
    if (!values.check) writeFileSync(path, text);
    else if (!existsSync(path) || readFileSync(path, "utf8") !== text) problems.push(`${name}: differs`);
  }
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

main();
