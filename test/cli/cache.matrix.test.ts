import { rm, writeFile } from "node:fs/promises";
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

test("--no-cache keeps nothing", async () => {
  const { run, kept } = await withCache();
  expect((await run(...generate, "--no-cache")).exitCode).toBe(0);
  expect(await kept()).toMatchObject({ programs: 0, bytes: 0 });
});

test("golden cases pass with programs from the cache too", async () => {
  const { run, kept } = await withCache();
  const check = ["golden", "check", "golden/hawk-sharded", "--dtype", "f32"];
  const first = await run(...check);
  const { programs } = await kept();
  expect(programs).toBeGreaterThan(2);
  const second = await run(...check);
  expect(second).toEqual(first);
  expect(second.stdout).toContain("1 passed, 0 failed");
  expect((await kept()).programs).toBe(programs);
});

test("griffin run keeps its programs too", async () => {
  const { folder, run, kept } = await withCache();
  const program = join(folder, "program.mlir");
  await writeFile(
    program,
    `func.func @main() -> tensor<2xf32> {
  %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = stablehlo.add %0, %0 : tensor<2xf32>
  return %1 : tensor<2xf32>
}`,
  );
  const first = await run("run", program);
  expect(await kept()).toMatchObject({ programs: 1 });
  expect(await run("run", program)).toEqual(first);
  expect(first.stdout).toMatch(/tensor<2xf32> .* 2 4/);
  await rm(join(folder, "programs"), { recursive: true });
  await run("run", program, "--no-cache");
  expect(await kept()).toMatchObject({ programs: 0 });
});
