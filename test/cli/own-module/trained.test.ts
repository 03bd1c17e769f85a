import { expect, test } from "vitest";
import { griffin } from "../griffin.js";

test.each([
  ["eval", ["--model", "golden/demo-kjv"]],
  ["train", ["--model", "golden/demo-kjv", "--data", "a.txt", "--out", "nowhere"]],
])("%s takes a module's model beside a checkpoint: another word is refused", async (command, flags) => {
  const { exitCode, stderr } = await griffin([command, "demo", ...flags]);
  expect([exitCode, ...stderr.split("\n")]).toEqual([
    2,
    'usage error: "demo" is no module',
    "  expected: a file of TypeScript or JavaScript and one of its exports: ./my-model.ts#name",
  ]);
});
