import { describe, expect, it } from "vitest";
import { binaryCases } from "./cases/binary.js";
import { convertCases } from "./cases/convert.js";
import { shapeCases } from "./cases/shape.js";
import { structuredCases } from "./cases/structured.js";
import { unaryCases } from "./cases/unary.js";
import { evaluate } from "./value-case.js";

describe("values of ops", () => {
  for (const one of [...unaryCases, ...binaryCases, ...convertCases, ...shapeCases, ...structuredCases])
    it(`${one.op} ${one.title}`, () => {
      expect(evaluate(one)).toEqual(one.expected);
    });
});
