/** @file For tests: the text that a compiler writes of a program, beside what its plugin hands out. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { griffinProgram } from "../../models/griffin.js";
import { presets } from "../../models/griffin/presets.js";
import { countModule, type Module, moduleFromText, type ProgramCost } from "../../src/cost/index.js";
import { lowerProgram } from "../../src/engine/index.js";
import { mainInterface } from "../../src/engine/stablehlo-program.js";
import { printModule } from "../../src/ir/text/index.js";
import type { CompileRequest } from "../../src/runtime-pjrt/index.js";

/** The tiny Griffin's prefill with its scan as a loop, to be compiled with a dump of its HLO into `folder`. */
export function requestWithDump(target: string): {
  readonly folder: string;
  readonly request: CompileRequest;
} {
  const folder = mkdtempSync(join(tmpdir(), "griffin-hlo-"));
  const options = { kind: "prefill", batch: 1, time: 32, dtype: "bf16" } as const;
  const { module } = lowerProgram(griffinProgram(presets.tiny, options), {
    target,
    scan: "sequential",
    prepare: true,
  });
  return {
    folder,
    request: {
      program: printModule(module, { locations: true }),
      signature: mainInterface(module),
      options: { flags: { xla_dump_to: folder, xla_dump_hlo_as_text: true } },
    },
  };
}

/** Reads the last program that was dumped: libtpu reckons cycles while it generates code, after all optimisations. */
export function dumpedModule(folder: string): Module {
  const names = readdirSync(folder);
  const ends = (end: string) => names.find((name) => name.endsWith(end));
  const file = ends("after_codegen.txt") ?? ends("after_optimizations.txt")!;
  return moduleFromText(readFileSync(join(folder, file), "utf8"), file);
}

/** Without the order of instructions, in which a text may differ. */
export const sorted = (module: Module): ProgramCost => {
  const cost = countModule(module);
  return { ...cost, instructions: [...cost.instructions].sort((a, b) => (a.name < b.name ? -1 : 1)) };
};
