import { describe, expect, it } from "vitest";
import { elementwiseCases } from "./cases/elementwise.js";
import { shapeCases } from "./cases/shape.js";
import { structuredCases } from "./cases/structured.js";
import { evaluate } from "./value-case.js";

describe("values of ops", () => {
  for (const one of [...elementwiseCases, ...shapeCases, ...structuredCases])
    it(`${one.op} ${one.title}`, () => {
      expect(evaluate(one)).toEqual(one.expected);
    });
});
