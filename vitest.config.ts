import { configDefaults, defineConfig } from "vitest/config";
import LongestFirst from "./tools/vitest/longest-first.js";

/** Tests that need more than the CPU plugin, or minutes, by the mode that runs them: `vitest run --mode tpu`. */
const tiers: Readonly<Record<string, string>> = {
  /** libtpu, no TPU. */
  tpu: "test/**/*.tpu.test.ts",
  /** CPU plugins of other versions. */
  plugins: "test/**/*.plugins.test.ts",
  /** Every way of lowering on every golden case. */
  golden: "test/**/*.golden.test.ts",
};

const cpu = "test/**/*.cpu.test.ts";
const all = "test/**/*.test.ts";

export default defineConfig(({ mode }) => {
  const tier = tiers[mode];
  // A plugin lives on a main thread and stays for the life of its process: one process a file.
  const apart = (name: string, include: string) => ({
    extends: true as const,
    test: { name, include: [include], isolate: true },
  });
  const host = {
    extends: true as const,
    test: {
      name: "host",
      include: [all],
      exclude: [...configDefaults.exclude, cpu, ...Object.values(tiers)],
      isolate: false,
    },
  };
  return {
    test: {
      projects: tier === undefined ? [host, apart("cpu", cpu)] : [apart(mode, tier)],
      reporters: ["default", "./tools/vitest/counts.ts"],
      globalSetup: "./tools/vitest/environment.ts",
      sequence: { sequencer: LongestFirst },
      testTimeout: 60_000,
      hookTimeout: 120_000,
      pool: "forks" as const,
      maxWorkers: 2,
    },
  };
});
