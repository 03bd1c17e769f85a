import { expect, test } from "vitest";
import { griffinJson } from "./griffin.js";

test("cases of recurrent models, read in chunks, and by the other strategy", async () => {
  const cases = ["golden/mamba-narrow", "golden/mingru"];
  const passed = { passed: 2, failed: 0 };
  expect(await griffinJson(["golden", "check", ...cases, "--chunk", "5"])).toMatchObject(passed);
  const blocked = ["--scan", "blocked", "--scan-block", "4"];
  expect(await griffinJson(["golden", "check", ...cases, ...blocked])).toMatchObject(passed);
});

test("a case with a bound for bf16 is checked in f32 and in bf16", async () => {
  expect(await griffinJson(["golden", "check", "golden/bf16"])).toMatchObject({
    cases: [
      { case: "bf16", dtype: "f32", passed: true, tokens: { identical: 21, count: 21 } },
      { case: "bf16", dtype: "bf16", passed: true },
    ],
    passed: 2,
    failed: 0,
  });
});

test("a prompt read in chunks before decoding gives the same numbers", async () => {
  expect(await griffinJson(["golden", "check", "golden/padded-small-window", "--chunk", "8"])).toMatchObject({
    cases: [{ passed: true, tokens: { identical: 30, count: 30 } }],
  });
});
