import { describe, expect, test } from "vitest";
import { verdict } from "./verdict.js";

/** A function that calls others, each with the result of the one before. */
const calling = (name: string, ...callees: readonly string[]): string =>
  [
    `func.func ${name === "main" ? "public" : "private"} @${name}(%a0: tensor<f32>) -> tensor<f32> {`,
    ...callees.map(
      (callee, i) => `  %a${i + 1} = func.call @${callee}(%a${i}) : (tensor<f32>) -> tensor<f32>`,
    ),
    `  return %a${callees.length} : tensor<f32>`,
    "}",
  ].join("\n");

describe("the call graph", () => {
  test("a function that calls itself is refused", () => {
    expect(verdict(calling("main", "main"))).toMatchInlineSnapshot(`
      "verify error: func.call: functions call each other in a circle, and calls are inlined [call_cycle]
        expected: a call graph without cycles
        got:      @main -> @main
        at:       -:2:9
        hint:     write the repetition as a while loop"
    `);
  });

  test("a cycle through branches and other functions is shown as a path", () => {
    const branch = `func.func private @b(%a: tensor<f32>) -> tensor<f32> {
  %p = stablehlo.constant dense<true> : tensor<i1>
  %0 = "stablehlo.if"(%p) ({
    %1 = func.call @c(%a) : (tensor<f32>) -> tensor<f32>
    stablehlo.return %1 : tensor<f32>
  }, {
    stablehlo.return %a : tensor<f32>
  }) : (tensor<i1>) -> tensor<f32>
  return %0 : tensor<f32>
}`;
    expect(verdict([calling("main", "b"), branch, calling("c", "b")].join("\n"))).toContain(
      "got:      @b -> @c -> @b",
    );
  });

  test("a composite whose decomposition holds it is refused", () => {
    const program = `func.func @main(%a: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.composite "my.op" %a {decomposition = @main} : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}`;
    expect(verdict(program)).toContain("[call_cycle]");
    const inDictionary = program.replace(
      'stablehlo.composite "my.op" %a {decomposition = @main}',
      "stablehlo.custom_call @Sharding(%a) {f = {g = @main}}",
    );
    expect(verdict(inDictionary)).toContain("[call_cycle]");
  });

  test("functions that double at each level are refused by what they expand to", () => {
    const levels = Array.from({ length: 40 }, (_, i) => calling(`f${i}`, `f${i + 1}`, `f${i + 1}`));
    expect(verdict([calling("main", "f0"), ...levels, calling("f40")].join("\n"))).toMatchInlineSnapshot(`
      "verify error: func.func: @f20 is too large once its calls are inlined [call_expansion]
        expected: at most 2097152 operations
        got:      4194301
        at:       -:105:1
        hint:     call the function in a while loop, or fewer times"
    `);
  });

  test("a chain of 2,000 functions and a function that is called 1,000 times are fine", () => {
    const chain = Array.from({ length: 2000 }, (_, i) => calling(`f${i}`, `f${i + 1}`));
    expect(verdict([calling("main", "f0"), ...chain, calling("f2000")].join("\n"))).toBe("accepted");
    const calls = Array.from({ length: 1000 }, () => "f");
    expect(verdict([calling("main", ...calls), calling("f")].join("\n"))).toBe("accepted");
  });
});
