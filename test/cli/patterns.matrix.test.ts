/** Regular expressions that try all ways, wherever one is taken. */
import { expect, test } from "vitest";
import { checkExpectations } from "../../src/cli/opt/diagnostics.js";
import { knownModels } from "../../src/cli/models.js";
import { extractAnswer } from "../../src/engine/evaluate/answers.js";
import { GriffinError } from "../../src/support/errors.js";
import { workshop } from "../engine/train/bigram-folder.js";
import { bigram } from "../training/bigram.js";
import { errorText } from "../weights/files.js";
import { griffin } from "./griffin.js";

const many = "a".repeat(60);

test("of answers that are looked for", async () => {
  expect(await errorText(() => extractAnswer(`${many}!`, [/b/, /^(a+)+$/]))).toBe(
    [
      "usage error: a pattern of answers does not come to an end",
      "  expected: a regular expression that is found, or not, within 2 s",
      "  got:      ^(a+)+$",
      "  hint:     an expression such as (a+)+$ tries all ways: of nested repetitions one is enough",
    ].join("\n"),
  );
});

test("of errors that a program expects", async () => {
  const section = {
    file: "a.mlir",
    firstLine: 1,
    text: "// expected-error-re@unknown {{ {{(a+)+}}b}}",
  };
  const error = new GriffinError("verify error", { message: ` ${many}!` });
  expect(await errorText(() => checkExpectations(section, error))).toContain(
    "usage error: expected-error-re does not come to an end",
  );
});

test("of parameters that a training keeps as they are", async () => {
  const { model, data, out } = await workshop();
  const pattern = `${"(?:.*)".repeat(60)}!`;
  const flags = ["--model", model, "--data", data, "--out", out, "--freeze", pattern];
  const { exitCode, stderr } = await griffin(["train", ...flags], { models: knownModels([bigram]) });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("usage error: --freeze does not come to an end");
});
