import { randomInt } from "node:crypto";
import { configDefaults, defineConfig } from "vitest/config";
import { entryAliases } from "./tools/vitest/entries.js";
import LongestFirst from "./tools/vitest/longest-first.js";
import { QUICK_COMPILE } from "./tools/vitest/xla-flags.js";

/** Tests that need more than the CPU plugin, or minutes, by the mode that runs them: `vitest run --mode tpu`. */
const tiers: Readonly<Record<string, string>> = {
  /** libtpu, no TPU. */
  tpu: "test/**/*.tpu.test.ts",
  /** CPU plugins of other versions. */
  plugins: "test/**/*.plugins.test.ts",
};

/** Tests that use the CPU plugin. */
const cpu = "test/**/*.cpu.test.ts";
/** Tests that start processes: the built command, children that are killed. */
const spawn = "test/**/*.spawn.test.ts";
const all = "test/**/*.test.ts";
/** Host tests that try random cases, and would go on finding others: a few cases in `npm test`, many in `--mode properties`. */
const properties = [
  "test/ir/bytecode/{round-trip,versions}.test.ts",
  "test/lowering/properties.test.ts",
  "test/passes/{meaning,properties}.test.ts",
  "test/targets/precision.test.ts",
];

export default defineConfig(({ mode }) => {
  const tier = tiers[mode];
  // Plugins of several platforms or versions are not loaded into one process: one process a file.
  const apart = (name: string, include: string) => ({
    extends: true as const,
    test: { name, include: [include], isolate: true },
  });
  const together = (
    name: string,
    include: readonly string[],
    {
      others = [],
      env = {},
    }: { readonly others?: readonly string[]; readonly env?: Record<string, string> } = {},
  ) => ({
    extends: true as const,
    test: {
      name,
      include: [...include],
      exclude: [...configDefaults.exclude, ...others],
      isolate: false,
      env,
    },
  });
  const usual = [
    together("host", [all], { others: [cpu, spawn, ...Object.values(tiers)] }),
    together("spawn", [spawn]),
    together("cpu", [cpu], { env: { XLA_FLAGS: process.env.XLA_FLAGS ?? QUICK_COMPILE } }),
  ];
  const seed = process.env.STABLEGRIFFIN_PROPERTY_SEED ?? String(randomInt(1_000_000));
  const many = { STABLEGRIFFIN_PROPERTY_FACTOR: "10", STABLEGRIFFIN_PROPERTY_SEED: seed };
  const ofMode = (): readonly object[] => {
    if (mode === "properties") return [together(mode, properties, { env: many })];
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
      server: { deps: { external: [/\/dist\/(src|models)\//] } },
      globalSetup: "./tools/vitest/environment.ts",
      sequence: { sequencer: LongestFirst },
      testTimeout: mode === "properties" ? 600_000 : 60_000,
      hookTimeout: 120_000,
      pool: "forks" as const,
      maxWorkers: 2,
    },
  };
});
