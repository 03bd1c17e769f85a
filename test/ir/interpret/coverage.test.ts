import { describe, expect, expectTypeOf, it } from "vitest";
import { interpretedNames, notInterpreted } from "../../../src/ir/interpret/index.js";
import type { InterpretedName } from "../../../src/ir/interpret/rules.js";
import { opDefinitions } from "../../../src/ir/ops/index.js";
import { checkCases } from "./cases/checks.js";
import { binaryCases } from "./cases/binary.js";
import { convertCases } from "./cases/convert.js";
import { programCases } from "./cases/programs.js";
import { shapeCases } from "./cases/shape.js";
import { structuredCases } from "./cases/structured.js";
import { unaryCases } from "./cases/unary.js";

describe("coverage", () => {
  it("every interpreted op has a value case", () => {
    const all = [
      unaryCases,
      binaryCases,
      convertCases,
      shapeCases,
      structuredCases,
      programCases,
      checkCases,
    ];
    const covered = new Set<string>(all.flatMap((cases) => cases.map(({ op }) => op)));
    expect(interpretedNames.filter((name) => !covered.has(name))).toEqual([]);
  });

  it("every op is interpreted, structural, lowered first, or listed with a reason", () => {
    const structural = [
      "builtin.module",
      "func.func",
      "func.return",
      "stablehlo.return",
      "sdy.mesh",
      "sdy.return",
    ];
    const known = new Set<string>([...interpretedNames, ...structural, ...Object.keys(notInterpreted)]);
    const rest = opDefinitions.map(({ name }) => name).filter((name) => !known.has(name));
    expect(rest.filter((name) => !/^(chlo|nn|griffin)\./.test(name))).toEqual([]);
  });

  it("no op is both interpreted and listed", () => {
    expect(interpretedNames.filter((name) => name in notInterpreted)).toEqual([]);
  });

  it("the types know which ops need a rule", () => {
    expectTypeOf<"stablehlo.add">().toExtend<InterpretedName>();
    expectTypeOf<"stablehlo.all_reduce">().not.toExtend<InterpretedName>();
    expectTypeOf<"chlo.erf">().not.toExtend<InterpretedName>();
  });
});
