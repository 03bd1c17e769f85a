import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin } from "../griffin.js";

const folder = import.meta.dirname;
const source = join(folder, "src/model.ts");

/** What tsc and esbuild made of src/model.ts, with the maps that they wrote. */
const made = [
  ["tsc", join(folder, "compiled/model.js")],
  ["a bundler", join(folder, "bundled/model.mjs")],
] as const;

test.each([["nobody", source] as const, ...made])(
  "places of what %s made of TypeScript are those of the TypeScript",
  async (_who, file) => {
    const { exitCode, stdout, stderr } = await griffin(["lower", `${file}#mlp`, "--locations"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`loc("${source}":8:58)`); // x.add
    expect(stdout).toContain(`loc("${source}":12:27)`); // dot
    expect(stdout).not.toContain(".js");
  },
);

test.each([["nobody", source] as const, ...made])(
  "errors of what %s made of TypeScript show the author's line",
  async (_who, file) => {
    const { exitCode, stdout, stderr } = await griffin(["lower", `${file}#wrong`]);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr.split("\n")).toEqual([
      'shape error: dot: axis "model" is 3 in x and 4 in y',
      `  at:       ${source}:19:25`,
      '  | ({ x, w }) => ({ y: dot(x, w, "model") }),',
      "  |                     ^",
      "  x: [batch 2, model 3] f32",
      "  y: [model 4, out 2] f32",
      '  hint:     if they mean different things, rename one: x.rename({ model: "..." })',
    ]);
  },
);
