/** @file Every op of StableHLO and CHLO is built from the DSL by its name, and is then what its example is, and computes what its value cases say. */
import { describe, expect, test } from "vitest";
import { axis, composite, input, op, type Operand, program } from "../../src/dsl/index.js";
import { evaluateOperation } from "../../src/ir/interpret/index.js";
import { opDefinitions } from "../../src/ir/ops/index.js";
import { bodyOf, findEntry } from "../../src/ir/analysis/symbols.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import type { Type } from "../../src/ir/types.js";
import { binaryCases } from "../ir/interpret/cases/binary.js";
import { convertCases } from "../ir/interpret/cases/convert.js";
import { shapeCases } from "../ir/interpret/cases/shape.js";
import { structuredCases } from "../ir/interpret/cases/structured.js";
import { unaryCases } from "../ir/interpret/cases/unary.js";
import { show, tensor } from "../ir/interpret/tensors.js";
import { examplePrograms } from "../ir/ops/example-programs.js";
import { again, type Values } from "./again.js";

/** A value of any type. */
const anyValue = (type: Type): Operand =>
  op("stablehlo.custom_call", [], { call_target_name: "any" }, { result: type });

const textOf = (operation: Operation): string =>
  printModule(operation, { form: "generic" }).replaceAll(/%\w+/g, "%");

describe("by its example", () => {
  test.each(examplePrograms.filter(([name]) => /^(stablehlo|chlo)\./.test(name)))("%s", (name, text) => {
    const entry = findEntry(parseModule(text))!;
    const wanted = bodyOf(entry)!.operations.slice(0, -1);
    const made = program({ name: "op" }, () => {
      const values: Values = new Map();
      for (const argument of bodyOf(entry)!.arguments) values.set(argument, anyValue(argument.type));
      for (const operation of wanted) again(operation, values);
      return {};
    });
    const body = bodyOf(findEntry(made.module)!)!.operations.slice(bodyOf(entry)!.arguments.length, -1);
    expect(body.map(textOf)).toEqual(wanted.map(textOf));
    expect([...walk(made.module)].map((operation) => operation.name)).toContain(name);
  });
});

describe("by its values", () => {
  const cases = [...unaryCases, ...binaryCases, ...convertCases, ...shapeCases, ...structuredCases];
  test.each(cases.map((one) => [`${one.op} ${one.title}`, one] as const))("%s", (_, one) => {
    const operation = one.build();
    const operands = one.operands.map(tensor);
    const { module } = program({ name: "op" }, () => {
      const values: Values = new Map();
      operation.operands.forEach((operand, i) => {
        values.set(operand, op("stablehlo.constant", [], { value: operands[i]! }, { result: operand.type }));
      });
      again(operation, values);
      return {};
    });
    const made = bodyOf(findEntry(module)!)!.operations[operands.length]!;
    expect(evaluateOperation(made, operands)?.map(show)).toEqual(one.expected);
  });
});

test("all others are what bodies end with, or are made by functions of their own", () => {
  const built = new Set(examplePrograms.map(([name]) => name));
  const others = opDefinitions
    .map(({ name }) => name)
    .filter((name) => /^(stablehlo|chlo)\./.test(name) && !built.has(name));
  expect(others).toEqual(["stablehlo.return", "stablehlo.composite"]);
});

test("composite: a function by the name of what it computes, with its meaning beside it", () => {
  const x = axis("x", 2);
  const { module } = program({ name: "op" }, () => {
    const given = input("given", [x], "f32");
    return composite("my.twice", { given }, ({ given }) => ({ y: given.add(given) }), { version: 1 });
  });
  expect(printModule(module)).toMatch(
    /stablehlo\.composite "my\.twice" %arg0 \{decomposition = @my\.twice, version = 1 : i32\}/,
  );
});
