/** @file Functions that call each other often, or in long chains: text that stands for programs of any size. */
import { describe, expect, test } from "vitest";
import { calls } from "./calls.js";
import { run } from "./text.js";

const f = "tensor<4xf32>";

const SINE = `
    %0 = call @f0(%arg0) : (${f}) -> ${f}
    %1 = stablehlo.add %0, %0 : ${f}
    return %1 : ${f}`;

describe("whether a call may be merged or removed", () => {
  test.each([
    ["each function calls the next twice, a hundred times over", 100, 2],
    ["each function of a chain calls the next", 100, 1],
  ])("%s: each is looked at once", (_, levels, times) => {
    expect(run("cse,dce", calls(levels, times))).toContain(SINE);
  });

  test("a function that calls itself is not taken for one without effects, nor is one that calls it", () => {
    const text = `
func.func @main(%x: ${f}) -> ${f} {
  %0 = call @outer(%x) : (${f}) -> ${f}
  return %x : ${f}
}
func.func private @outer(%x: ${f}) -> ${f} {
  %0 = call @inner(%x) : (${f}) -> ${f}
  return %0 : ${f}
}
func.func private @inner(%x: ${f}) -> ${f} {
  %0 = call @inner(%x) : (${f}) -> ${f}
  return %0 : ${f}
}`;
    expect(run("dce", text)).toContain("call @outer");
  });
});
