import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One process a file: a plugin stays loaded for the life of its process.
    pool: "forks",
    maxWorkers: 2,
  },
});
