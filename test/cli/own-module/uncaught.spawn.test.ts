import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root } from "../griffin.js";

test("an error that nobody catches is printed as its text, at the author's line, with none of the toolkit's", async () => {
  const script = 'import { wrong } from "./test/cli/own-module/compiled/model.js"; wrong();';
  const args = ["--input-type=module", "--eval", script];
  const { exitCode, stderr } = await execa(process.execPath, args, { cwd: root, reject: false });
  expect(exitCode).toBe(1);
  const lines = stderr.replaceAll(join(root, "test/cli/own-module"), "DIR").split("\n");
  const start = lines.indexOf('shape error: dot: axis "model" is 3 in x and 4 in y');
  // Above is what Node says of itself, below its version.
  expect(lines.slice(start + 1, lines.indexOf("", start))).toEqual([
    "  at:       DIR/src/model.ts:19:25",
    '  | ({ x, w }) => ({ y: dot(x, w, "model") }),',
    "  |                     ^",
    "  x: [batch 2, model 3] f32",
    "  y: [model 4, out 2] f32",
    '  hint:     if they mean different things, rename one: x.rename({ model: "..." })',
    expect.stringMatching(/^ {4}at .*DIR\/compiled\/model\.js:8:133\)?$/),
  ]);
  expect(lines.slice(0, start).join("\n")).not.toMatch(/dist|src\//);
});
