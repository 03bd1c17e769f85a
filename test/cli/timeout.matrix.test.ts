/** @file Every command ends by its --timeout, whether it waits or computes, with an error and nothing left of what it had begun. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { QUICK_COMPILE } from "../../tools/support/xla-flags.js";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { main, root, temporaryFolder } from "./griffin.js";
import { LONG, wordsOf, writeInputs } from "./long-runs.js";

let artifact = "";
beforeAll(async () => {
  artifact = await demoArtifact({ withWeights: true, text: true, zip: true });
});

/** Have a --timeout for the program of somebody else, which is tried elsewhere but for one that is interpreted here. */
const OTHERS = ["cost", "graph", "run"];

/** Beyond its time a command may put away what it has, and compute until it is ended, ms. */
const AFTER_MS = 8000;

const runs = Object.entries(LONG)
  .filter(([name]) => !OTHERS.includes(name))
  .flatMap(([, long]) => long ?? []);

test.each(runs.map((run) => [run.args, run] as const))("griffin %s", async (_, { args, until }) => {
  const folder = await temporaryFolder();
  const [temporary, cache, plugins] = await Promise.all([1, 2, 3].map(() => temporaryFolder()));
  await writeInputs(folder);
  const before = await readdir(folder);
  const words = wordsOf(args, folder, artifact);
  const seconds = typeof until === "number" ? until / 2000 : 2;
  const child = spawn(process.execPath, [main, ...words, "--timeout", String(seconds)], {
    cwd: root,
    env: {
      ...process.env,
      XLA_FLAGS: QUICK_COMPILE,
      TMPDIR: temporary,
      STABLEGRIFFIN_CACHE: cache,
      ...(words[0] === "plugin" ? { STABLEGRIFFIN_PLUGINS: plugins } : {}),
    },
  });
  child.stdin.write("Who art thou?\n");
  child.stdin.on("error", () => undefined);
  let complaint = "";
  child.stderr.on("data", (part: Buffer) => {
    complaint += part;
  });
  child.stdout.resume();
  const start = performance.now();
  expect(await once(child, "exit"), complaint).toEqual([1, null]);
  expect(performance.now() - start).toBeLessThan(seconds * 1000 + AFTER_MS);
  expect(complaint).toContain(` did not end in ${seconds} s\n  hint:     --timeout allows more`);
  expect(complaint).toMatch(/^aborted: griffin /m);
  const left = await Promise.all(
    [folder, temporary!, join(cache!, "unpacked"), plugins!].map((place) =>
      readdir(place, { recursive: true }).catch(() => []),
    ),
  );
  const [made, ...others] = left;
  expect(others).toEqual([[], [], []]);
  expect(made!.filter((name) => !before.includes(name) && !name.startsWith("trained"))).toEqual([]);
});

test.each([[[]], [["--self-check"]]])(
  "griffin run --interpret %j, of a program without end",
  async (more) => {
    const folder = await temporaryFolder();
    const file = join(folder, "endless.mlir");
    await writeFile(
      file,
      `func.func @main() -> tensor<i32> {
  %0 = stablehlo.constant dense<0> : tensor<i32>
  %1 = stablehlo.while(%i = %0) : tensor<i32> cond {
    %t = stablehlo.constant dense<true> : tensor<i1>
    stablehlo.return %t : tensor<i1>
  } do {
    stablehlo.return %i : tensor<i32>
  }
  check.expect_eq_const %1, dense<0> : tensor<i32>
  return %1 : tensor<i32>
}`,
    );
    const { exitCode, stderr } = await execa(
      process.execPath,
      [main, "run", file, "--interpret", ...more, "--timeout", "1"],
      { reject: false },
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: "aborted: griffin run did not end in 1 s\n  hint:     --timeout allows more",
    });
  },
);
