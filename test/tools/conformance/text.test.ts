/** The round trip over a folder of programs, as the conformance tier runs it. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { damage } from "../../../tools/conformance/damage-text.js";
import { fuzzPrograms, fuzzText } from "../../../tools/conformance/fuzz-text.js";
import { textConformance } from "../../../tools/conformance/text.js";

let folder = "";
const add =
  "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n  %0 = stablehlo.add %x, %x : tensor<2xf32>\n  return %0 : tensor<2xf32>\n}\n";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "text-"));
  mkdirSync(join(folder, "inner"));
  writeFileSync(join(folder, "good.mlir"), `${add}// -----\n${add}`);
  writeFileSync(
    join(folder, "inner", "refused.mlir"),
    "// expected-error@+1 {{no such op}}\nstablehlo.nothing\n",
  );
  writeFileSync(join(folder, "inner", "bad.mlir"), `${add}\n// -----\n\nstablehlo.nothing\n`);
  writeFileSync(join(folder, "notes.txt"), "stablehlo.nothing");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("counts sections that come back, and says which do not and why", () => {
  const { passed, failed, rejected, failures, bytes } = textConformance(folder);
  expect({ passed, failed, rejected, bytes }).toEqual({
    passed: 3,
    failed: 1,
    rejected: 1,
    bytes: 3 * add.length - 1,
  });
  expect(failures.map(({ program }) => program)).toEqual(["inner/bad.mlir#1"]);
  expect(failures[0]!.reason).toContain(
    `there is no op stablehlo.nothing\n  at:       ${folder}/inner/bad.mlir:8:1`,
  );
});

test("damaged programs are the same for the same seed", () => {
  const programs = fuzzPrograms(folder);
  expect(programs).toHaveLength(5);
  expect(damage(programs, 7)).toBe(damage(programs, 7));
  const report = fuzzText(programs, 200, 7);
  expect({ runs: report.runs, failures: report.failures }).toEqual({ runs: 200, failures: [] });
});
