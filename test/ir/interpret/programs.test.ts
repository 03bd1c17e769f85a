import { describe, expect, it } from "vitest";
import { interpretFunction, interpretModuleChecks } from "../../../src/ir/interpret/index.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { checkCases } from "./cases/checks.js";
import { programCases } from "./cases/programs.js";
import { show, tensor } from "./tensors.js";

function parse(text: string): ReturnType<typeof parseModule> {
  const module = parseModule(text);
  verifyModule(module);
  return module;
}

describe("values of programs", () => {
  for (const { op, title, program, inputs, expected } of programCases)
    it(`${op} ${title}`, () => {
      expect(interpretFunction(parse(program), "main", inputs.map(tensor)).map(show)).toEqual(expected);
    });
});

describe("checks", () => {
  for (const { op, title, body, passed, failures } of checkCases)
    it(`${op} ${title}`, () => {
      const report = interpretModuleChecks(parse(`func.func @f() {${body}\n return\n}`));
      expect(report.failures.map((failure) => failure.message)).toEqual(failures);
      expect(report).toMatchObject({ passed, failed: failures.length });
    });

  it("runs @main alone when there is one", () => {
    const check = (value: number) => `
      %x = stablehlo.constant dense<1> : tensor<i32>
      check.expect_eq_const %x, dense<${value}> : tensor<i32>
      return`;
    const module = parse(`func.func @main() {${check(1)}}  func.func @other() {${check(2)}}`);
    expect(interpretModuleChecks(module)).toEqual({ passed: 1, failed: 0, failures: [] });
  });

  it("runs every function that checks something when there is no @main", () => {
    const check = (value: number) => `
      %x = stablehlo.constant dense<1> : tensor<i32>
      check.expect_eq_const %x, dense<${value}> : tensor<i32>
      return`;
    const module = parseModule(
      `func.func @one() {${check(1)}}\nfunc.func @two() {${check(2)}}\nfunc.func @none() {\n return\n}`,
      { file: "checks.mlir" },
    );
    expect(interpretModuleChecks(module)).toEqual({
      passed: 1,
      failed: 1,
      failures: [
        {
          function: "two",
          message: "check.expect_eq_const: 1 of 1 differ; element 0 is 1, expected 2",
          where: { kind: "file", file: "checks.mlir", line: 7, column: 7 },
        },
      ],
    });
  });
});
