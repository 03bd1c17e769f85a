/** @file Which headers the generator reads, where they lie in a header tree, and how they include one another. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExtensionLayout } from "./emit.js";
import { parseHeader } from "./grammar.js";
import { computeLayout, type Layout } from "./layout.js";

const CORE = "xla/pjrt/c/pjrt_c_api.h";
const PROFILER_API = "xla/backends/profiler/plugin/profiler_c_api.h";

const BOUND_EXTENSIONS = [
  { name: "Layouts", file: "layouts" },
  { name: "Shardings", file: "shardings" },
  { name: "MemoryDescriptions", file: "memory_descriptions" },
  { name: "Profiler", file: "profiler" },
] as const;

/** Paths, below an include root, of every header that is read; the C oracle includes them all. */
export const HEADER_PATHS: readonly string[] = [
  CORE,
  ...BOUND_EXTENSIONS.map(({ file }) => `xla/pjrt/c/pjrt_c_api_${file}_extension.h`),
];

/** The layout of one header file. */
export function readLayout(path: string, included: readonly Layout[] = []): Layout {
  try {
    return computeLayout(parseHeader(readFileSync(path, "utf8")), included);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The core API and the bound extensions of a header tree (a checkout of XLA, or a copy of its headers). */
export function readHeaderTree(root: string): {
  readonly core: Layout;
  readonly extensions: readonly ExtensionLayout[];
} {
  const core = readLayout(join(root, CORE));
  const profiler = readLayout(join(root, PROFILER_API));
  const extensions = BOUND_EXTENSIONS.map(({ name, file }) => ({
    name,
    struct: `PJRT_${name}_Extension`,
    type: `PJRT_Extension_Type_${name}`,
    layout: readLayout(
      join(root, `xla/pjrt/c/pjrt_c_api_${file}_extension.h`),
      name === "Profiler" ? [core, profiler] : [core],
    ),
  }));
  return { core, extensions };
}
