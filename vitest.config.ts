import { randomInt } from "node:crypto";
import { configDefaults, defineConfig } from "vitest/config";
import { entryAliases } from "./tools/vitest/entries.js";
import LongestFirst from "./tools/vitest/longest-first.js";
import { QUICK_COMPILE } from "./tools/support/xla-flags.js";

/** Tests that need more than the CPU plugin, or minutes, by the mode that runs them: `vitest run --mode tpu`. */
const tiers = {
  /** libtpu, no TPU. */
  tpu: "test/**/*.tpu.test.ts",
  /** CPU plugins of other versions. */
  plugins: "test/**/*.plugins.test.ts",
  /** Processes that are killed, crash, run at once or in odd environments. */
  faults: "test/**/*.faults.test.ts",
  /** Every strategy, dtype, model and command where `npm test` tries those that tell most. */
  matrix: "test/**/*.matrix.test.ts",
} as const;

/** Tests that use the CPU plugin. */
const cpu = "test/**/*.cpu.test.ts";
/** Tests that run the built command. */
const spawn = "test/**/*.spawn.test.ts";
/** Files that need neither, and more than some one and a half seconds of CPU time. */
const long = "test/**/*.long.test.ts";
const all = "test/**/*.test.ts";
/** Files that try random cases, and would go on finding others: a few cases in `npm test` or the matrix, many in `--mode properties`. */
const properties = [
  "test/ir/bytecode/{round-trip.long,versions.matrix}.test.ts",
  "test/lowering/properties.matrix.test.ts",
  "test/passes/{meaning.long,properties.matrix}.test.ts",
  "test/targets/precision.matrix.test.ts",
];

/** Files of `npm test` that try more random cases in `--mode matrix`. */
const moreInMatrix = [
  "test/runtime-pjrt/layouts.cpu.test.ts",
  "test/autodiff/rules.long.test.ts",
  "test/cost/check-module.long.test.ts",
  "test/grammar/{regex.long,schema}.test.ts",
  "test/ir/text/round-trip.long.test.ts",
  "test/tokens/{formats/format,tokenizer}.long.test.ts",
];

export default defineConfig(({ mode }) => {
  const tier = Object.entries(tiers).find(([name]) => name === mode)?.[1];
  // Of projects one mode is the same: what one tier has transformed serves all. Limits of time are those of the run.
  const shared = { extends: true as const, mode: "test" };
  const limits = { testTimeout: mode === "properties" ? 600_000 : 60_000, hookTimeout: 120_000 };
  // Plugins of several platforms or versions are not loaded into one process: one process a file.
  const apart = (name: string, include: string) => ({
    ...shared,
    test: { name, include: [include], isolate: true, ...limits },
  });
  const together = (
    name: string,
    include: readonly string[],
    {
      others = [],
      env = {},
    }: { readonly others?: readonly string[]; readonly env?: Record<string, string> } = {},
  ) => ({
    ...shared,
    test: {
      name,
      include: [...include],
      exclude: [...configDefaults.exclude, ...others],
      isolate: false,
      env,
      ...limits,
    },
  });
  const quick = { XLA_FLAGS: process.env.XLA_FLAGS ?? QUICK_COMPILE };
  const others = [cpu, ...Object.values(tiers)];
  // Each project has workers of its own, which load the sources anew: as few projects as can be.
  const usual = [together("usual", [all], { others }), together("cpu", [cpu], { env: quick })];
  const seed = process.env.STABLEGRIFFIN_PROPERTY_SEED ?? String(randomInt(1_000_000));
  const many = { STABLEGRIFFIN_PROPERTY_FACTOR: "10", STABLEGRIFFIN_PROPERTY_SEED: seed };
  const ofMode = (): readonly object[] => {
    if (mode === "properties") return [together(mode, properties, { env: many })];
    if (mode === "host") return [together(mode, [all], { others: [...others, spawn, long] })];
    if (mode === "faults") return [together(mode, [tiers.faults], { env: quick })];
    if (mode === "matrix") {
      const env = { ...quick, STABLEGRIFFIN_PROPERTY_FACTOR: "2" };
      return [together(mode, [tiers.matrix, ...moreInMatrix], { env })];
    }
    return tier === undefined ? usual : [apart(mode, tier)];
  };
  return {
    resolve: { alias: [...entryAliases()] },
    test: {
      projects: [...ofMode()],
      setupFiles: ["./tools/vitest/without-colors.ts", "./tools/vitest/properties.ts"],
      // Away from a terminal what passed is not listed: `--reporter=default` does, with times.
      reporters: [process.stdout.isTTY ? "default" : "minimal", "./tools/vitest/counts.ts"],
      // Sources that one project has transformed serve the others, and the next run: by their content, in node_modules.
      experimental: { fsModuleCache: true },
      // The built package is tested as it is, not transformed anew.
      // Modules of authors in JavaScript are imported as Node does it.
      server: { deps: { external: [/\/dist\/(src|models)\//, /\/test\/cli\/own-module\/.*\.m?js$/] } },
      globalSetup: "./tools/vitest/environment.ts",
      sequence: { sequencer: LongestFirst },
      pool: "forks" as const,
      maxWorkers: 2,
    },
  };
});
