/**
 * @file Generates src/runtime-pjrt/abi from PJRT headers. No header is committed; pass the paths:
 *
 *     npx jiti tools/gen-pjrt/main.ts --headers DIR [--older pjrt_c_api.h ...] [--check]
 *
 * `--older` holds the growth table against headers of older versions; `--check` writes nothing and fails on any difference.
 * A C compiler (cc) judges every offset, size and enumerator that was read.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareWithOlder } from "./check-growth.js";
import { emitFiles } from "./emit.js";
import { HEADER_PATHS, readHeaderTree, readLayout } from "./headers.js";
import type { Layout } from "./layout.js";
import { oracleSource } from "./oracle.js";

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

/** What a C compiler says against the layouts that were read; nothing if it agrees. */
function judge(root: string, layouts: readonly Layout[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "gen-pjrt-"));
  const structs = new Map(layouts.flatMap((layout) => [...layout.structs]));
  const enums = new Map(layouts.flatMap((layout) => [...layout.enums]));
  try {
    writeFileSync(join(folder, "oracle.c"), oracleSource({ structs, enums }, HEADER_PATHS));
    execFileSync("cc", ["-std=c11", "-fsyntax-only", "-I", root, join(folder, "oracle.c")], {
      stdio: "pipe",
    });
    return [];
  } catch (error) {
    return [`cc: ${(error as { readonly stderr?: Buffer }).stderr?.toString() ?? error}`];
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
  const problems = [
    ...values.older.flatMap((path) => compareWithOlder(core, readLayout(path))),
    ...judge(values.headers, [core, ...extensions.map(({ layout }) => layout)]),
  ];
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
