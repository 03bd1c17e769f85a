import { configDefaults, defineConfig } from "vitest/config";

/** Tests that need more than the CPU plugin, by the mode that runs them: `vitest run --mode tpu`. */
const tiers: Readonly<Record<string, string>> = {
  /** libtpu, no TPU. */
  tpu: "test/**/*.tpu.test.ts",
  /** CPU plugins of other versions. */
  plugins: "test/**/*.plugins.test.ts",
};

export default defineConfig(({ mode }) => ({
  test: {
    include: [tiers[mode] ?? "test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(mode in tiers ? [] : Object.values(tiers))],
    reporters: ["default", "./tools/vitest/counts.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One process a file: a plugin stays loaded for the life of its process.
    pool: "forks",
    maxWorkers: 2,
  },
}));
