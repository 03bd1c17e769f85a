import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inTurns, least, pythonSide, typescriptSide } from "../../bench/sides.js";
import { EnvironmentError } from "../../src/support/errors.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "griffin-sides-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function script(name: string, text: string): Promise<URL> {
  const path = join(folder, name);
  await writeFile(path, text);
  return pathToFileURL(path);
}

const printing =
  'console.log("on the way"); console.log(JSON.stringify({ figures: { ms: 2 as number, n: process.argv.length }, versions: { a: "1" } }));';

test("a side's last line is its results; it gets its arguments", async () => {
  const side = await script("side.ts", printing);
  expect(await typescriptSide(side)).toEqual({ figures: { ms: 2, n: 2 }, versions: { a: "1" } });
  expect((await typescriptSide(side, ["--dtype", "f32"])).figures.n).toBe(4);
});

test("a side in Python is run by the interpreter given", async () => {
  const side = await script(
    "side.py",
    'import sys\nprint(\'{"figures": {"n": %d}, "versions": {}}\' % len(sys.argv))',
  );
  expect(await pythonSide("python3", side, ["f32"])).toEqual({ figures: { n: 2 }, versions: {} });
});

test("a side that fails is an error with its last words", async () => {
  const side = await script("fails.py", "import sys\nsys.exit('no recurrentgemma here')");
  const path = join(folder, "fails.py");
  const failure = pythonSide("python3", side);
  await expect(failure).rejects.toThrow(EnvironmentError);
  await expect(failure).rejects.toThrow(
    [
      `environment error: python3 ${path} failed: Command failed with exit code 1: python3 ${path}`,
      "  no recurrentgemma here",
    ].join("\n"),
  );
});

test("a side that prints no results is an error with what it printed", async () => {
  const side = await script("words.py", "print('done')");
  await expect(pythonSide("python3", side)).rejects.toThrow(
    [
      `environment error: python3 ${join(folder, "words.py")} printed no results`,
      '  expected: a last line {"figures": {NAME: NUMBER}, "versions": {NAME: TEXT}}',
      "  got:      done",
    ].join("\n"),
  );
});

test("of several runs the least of each figure counts, also where a run lacks one", () => {
  const runs = [
    { figures: { prefill: 10, decode: 3 }, versions: { jax: "1" } },
    { figures: { prefill: 12, decode: 2, compile: 5 }, versions: { jax: "1", numpy: "2" } },
  ];
  expect(least(runs)).toEqual({
    figures: { prefill: 10, decode: 2, compile: 5 },
    versions: { jax: "1", numpy: "2" },
  });
});

test("sides run in turns, one at a time, and those left out are not there", async () => {
  const printed = vi.spyOn(console, "error").mockImplementation(() => {});
  const log: string[] = [];
  const side = (name: string, figures: readonly number[]) => {
    let run = 0;
    return async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`${name} ends`);
      return { figures: { ms: figures[run++]! }, versions: {} };
    };
  };
  const found = await inTurns(2, {
    ours: side("ours", [4, 3]),
    flax: side("flax", [7, 8]),
    torch: undefined,
  });
  printed.mockRestore();
  const round = ["ours begins", "ours ends", "flax begins", "flax ends"];
  expect(log).toEqual([...round, ...round]);
  expect(found).toEqual({
    ours: { figures: { ms: 3 }, versions: {} },
    flax: { figures: { ms: 7 }, versions: {} },
  });
});
