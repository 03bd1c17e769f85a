/** @file For tests: examples that lie in memory. */
import type { DataSource, Example } from "../../src/data/index.js";

/** The lines of data.jsonl, as examples. */
export const sourceOf = (examples: readonly Example[]): DataSource => ({
  count: examples.length,
  digest: "",
  read: async (i) => ({ example: examples[i]!, where: `data.jsonl:${i + 1}` }),
  close: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
});
