import { expect, it } from "vitest";
import { lowerNegations } from "../extension/pass.js";
import { signalKit } from "../extension/index.js";
import { griffin, griffinJson } from "./griffin.js";

const options = { extensions: [signalKit] };
const { before, after } = lowerNegations.example;

it("opt knows passes and ops of extensions", async () => {
  const { stdout, stderr, exitCode } = await griffin(["opt", "-", "--pass-pipeline", "lower-negations"], {
    ...options,
    input: before,
  });
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`module {\n${after.replace(/^/gm, "  ")}\n}`);
  const passes = (await griffinJson(["opt", "--list-passes"], options)) as readonly {
    readonly name: string;
  }[];
  expect(passes.map(({ name }) => name)).toContain("lower-negations");
});

it("without the extension they are unknown", async () => {
  const run = (...args: readonly string[]) => griffin(["opt", "-", ...args], { input: before });
  expect((await run()).stderr).toContain("there is no op signal.soft_clip");
  expect((await run("--pass-pipeline", "lower-negations")).stderr).toContain(
    'unknown pass "lower-negations"',
  );
});

const lower = (args: readonly string[]) =>
  griffin(["lower", "--program", "go_on", "--time", "5", ...args], options);

it("lower knows models, targets and strategies of extensions", async () => {
  const { stdout, stderr, exitCode } = await lower([
    "--preset",
    "drift-small",
    "--target",
    "abacus",
    "--scan",
    "doubling",
  ]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("stablehlo.logistic");
  expect(stdout).not.toContain("stablehlo.while");
});

it("names that are not known are told with those of extensions", async () => {
  const { stderr: target } = await lower(["--preset", "drift-small", "--target", "abakus"]);
  expect(target).toContain("did you mean abacus?");
  const { stderr: preset } = await lower(["--preset", "drift-smal"]);
  expect(preset).toContain("did you mean drift-small?");
  const { stderr: scan } = await lower(["--preset", "drift-small", "--scan", "doublin"]);
  expect(scan).toContain(
    `nn.linear_scan and nn.selective_scan have no strategy "doublin"
  expected: auto, sequential, associative, blocked, strided, doubling
  got:      doublin
  hint:     did you mean doubling?`,
  );
  const cost = await griffin(["cost", "--preset", "drift-small", "--target", "abakus"], options);
  expect(cost.stderr).toContain("did you mean abacus?");
  const { stdout: help } = await griffin(["lower", "--help"], options);
  expect(help.replace(/\s+/g, " ")).toContain("drift-small");
});
