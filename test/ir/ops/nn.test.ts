import { describe, expect, it } from "vitest";
import { griffinOps } from "../../../src/ir/ops/griffin.js";
import { nnOps } from "../../../src/ir/ops/nn.js";
import { fitting, fullName, verdict } from "./nn/fitting.js";

describe("every op of a model", () => {
  it("has a fitting example here", () => {
    expect(Object.keys(fitting).map((name) => fullName(name))).toEqual(
      [...nnOps, ...griffinOps].map(({ name }) => name),
    );
  });

  it.each(Object.keys(fitting))("%s is valid when its operands fit", (name) => {
    expect(verdict(name)).toBe("valid");
  });
});
