import { join } from "node:path";
import { expect, test } from "vitest";
import { griffinJson } from "./griffin.js";
import { generate, withCache } from "./with-cache.js";

test("what was compiled once is loaded the next time, with the same tokens; --no-cache compiles anew", async () => {
  const { folder, env, plugin, run, kept } = await withCache();
  const first = await run(...generate);
  expect(first.compiled).toEqual(["prefill 1x16", "decode 1x1"]);
  const usage = await kept();
  // Both, and what both have prepared.
  expect(usage.programs).toBe(3);
  expect(usage.bytes).toBeGreaterThan(10_000);
  expect(await griffinJson(["doctor", "--plugin", plugin], { env })).toMatchObject({
    compileCache: { folder: join(folder, "programs"), ...usage, maxBytes: 2 ** 32 },
  });

  const second = await run(...generate);
  expect(second.compiled).toEqual(["prefill 1x16, from the cache", "decode 1x1, from the cache"]);
  expect(second.stdout).toBe(first.stdout);

  const third = await run(...generate, "--no-cache");
  expect(third.compiled).toEqual(["prefill 1x16", "decode 1x1"]);
  expect(third.stdout).toBe(first.stdout);
});
