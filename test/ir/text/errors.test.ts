/** Errors of the parser: place, source line and caret; several at once. */
import { describe, expect, test, vi } from "vitest";
import { ParseError } from "../../../src/ir/errors.js";
import { parseAttribute, parseModule, parseType } from "../../../src/ir/text/index.js";
import { inMain, refusal, reprint } from "./helpers.js";

describe("an error shows file, line, column, the source line and a caret", () => {
  test("a value that is not defined", () => {
    const text =
      "module {\n  func.func @main(%x: tensor<4xf32>) {\n    %0 = stablehlo.add %x, %y : tensor<4xf32>\n    return\n  }\n}";
    expect(refusal(text, { file: "model.mlir" })).toBe(
      [
        "parse error: %y is not defined here",
        "  at:       model.mlir:3:28",
        "      %0 = stablehlo.add %x, %y : tensor<4xf32>",
        "                             ^",
      ].join("\n"),
    );
  });

  test("an op that is not known, with the nearest name", () => {
    expect(
      refusal("func.func @f(%x: tensor<f32>) {\n  %0 = stablehlo.ad %x, %x : tensor<f32>\n  return\n}"),
    ).toBe(
      [
        "parse error: there is no op stablehlo.ad",
        "  at:       -:2:8",
        "    %0 = stablehlo.ad %x, %x : tensor<f32>",
        "         ^",
        "  hint:     did you mean stablehlo.add?",
      ].join("\n"),
    );
  });

  test("another token than the grammar allows", () => {
    expect(refusal("func.func @f(%x tensor<f32>) {\n}")).toBe(
      [
        'parse error: expected ":" and the type of the argument',
        "  got:      tensor",
        "  at:       -:1:17",
        "  func.func @f(%x tensor<f32>) {",
        "                  ^",
      ].join("\n"),
    );
  });

  test("the end of the text", () => {
    expect(refusal("module {\n")).toBe(
      [
        'parse error: expected "}" or an operation',
        "  got:      the end of the text",
        "  at:       -:2:1",
        "  ",
        "  ^",
      ].join("\n"),
    );
  });

  test("a long line is cut around the caret", () => {
    const message = refusal(
      `func.func @f() {\n  %0 = stablehlo.constant dense<"0x${"00".repeat(500)}"> : tensor<3xf64>\n}`,
    );
    const lines = message.split("\n");
    expect(lines[0]).toBe("parse error: the literal has 500 bytes, tensor<3xf64> needs 24");
    expect(lines.every((line) => line.length < 120)).toBe(true);
  });

  test("a section of a file keeps the file's lines", () => {
    expect(refusal("\nfoo", { firstLine: 10 })).toContain("at:       -:11:1");
  });
});

describe("several errors", () => {
  const text = `module {
  func.func @first(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = stablehlo.addd %x, %x : tensor<4xf32>
    %1 = stablehlo.multiply %0, %x : tensor<4xf32>
    %2 = stablehlo.negate %nothing : tensor<4xf32>
    return %1 : tensor<4xf32>
  }
  func.func @second(%x: tensor<4xf32) {
    return
  }
  func.func @third(%x: tensor<4xf32>) {
    %0 = "stablehlo.if"(%x) ({
      %1 = stablehlo.tanh %x : tensor<5xf32>
      stablehlo.return
    }, {
      stablehlo.return
    }) : (tensor<4xf32>) -> ()
    return
  }
}
`;
  const errors = (): readonly ParseError[] => {
    try {
      parseModule(text);
    } catch (error) {
      if (error instanceof ParseError) return error.all;
    }
    return [];
  };

  test("each is told once: uses of what did not parse are no errors of their own", () => {
    expect(errors().map((error) => error.message.split("\n")[0])).toEqual([
      "parse error: there is no op stablehlo.addd",
      "parse error: %nothing is not defined here",
      'parse error: expected ">" after the element type',
      "parse error: operand #0 is tensor<4xf32>, not tensor<5xf32>",
      "parse error: stablehlo.if has 0 results, 1 are named",
    ]);
  });

  test("the text holds all of them", () => {
    const message = refusal(text);
    expect(message.match(/parse error:/g)).toHaveLength(5);
    expect(message).toContain("at:       -:13:32");
  });

  test("the rest of an operation over several lines is no error of its own", () =>
    expect(
      refusal(`func.func @f(%x: tensor<2xf32>) {
  %0 = stablehlo.convolution(%x, %x)
    dim_numbers = [b, 0]x[i, o]->[b, f],
    window = {stride = [1]}
    : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = stablehlo.add %0, %x : tensor<2xf32>
  return
}`).match(/parse error: .*/g),
    ).toEqual(["parse error: dimension f is missing"]));

  test("parsing stops after twenty", () => {
    const many = `func.func @f() {\n${"  %0 = stablehlo.nothing\n".repeat(50)}}`;
    expect(refusal(many).match(/parse error:/g)).toHaveLength(20);
  });
});

describe("scopes", () => {
  const body = (...lines: string[]): string =>
    refusal(`func.func @f(%p: tensor<i1>) {\n${lines.join("\n")}\n  return\n}`).split("\n")[0]!;
  const branch =
    '"stablehlo.if"(%p) ({\n%a = stablehlo.not %p : tensor<i1>\nstablehlo.return\n}, {\n%a = stablehlo.not %p : tensor<i1>\nstablehlo.return\n}) : (tensor<i1>) -> ()';

  test("sibling regions may use a name again", () => expect(body(branch)).toBe("it parses"));
  test("what a region defines is not seen outside", () =>
    expect(body(branch, "%b = stablehlo.not %a : tensor<i1>")).toBe("parse error: %a is not defined here"));
  test("a name is defined once", () =>
    expect(body("%a = stablehlo.not %p : tensor<i1>", branch)).toBe("parse error: %a is defined twice"));
  test("a value is not used before its definition", () =>
    expect(body("%a = stablehlo.not %b : tensor<i1>", "%b = stablehlo.not %p : tensor<i1>")).toBe(
      "parse error: %b is not defined here",
    ));
  test("functions see nothing of each other", () =>
    expect(
      refusal("func.func @f(%x: tensor<f32>) {\n  return\n}\nfunc.func @g() {\n  return %x : tensor<f32>\n}"),
    ).toContain("%x is not defined here"));
});

describe("texts made to hurt", () => {
  const first = (text: string): string => refusal(text).split("\n")[0]!;
  test.each([
    ["lists", `func.func @f() attributes {a = ${"[".repeat(100_000)}`],
    ["types", `func.func @f(%x: ${"tuple<".repeat(100_000)}`],
    ["function types", `func.func @f(%x: ${"(".repeat(100_000)}`],
    ["locations", `func.func private @f() loc(${"callsite(".repeat(100_000)}`],
    ["regions", `func.func @f() {\n${'"stablehlo.case"() ({\n'.repeat(20_000)}`],
    ["modules", "module {".repeat(20_000)],
  ])("%s nested without end are refused", (_, text) =>
    expect(first(text)).toBe("parse error: nesting is deeper than 200"),
  );

  test("types that aliases double at each step", () => {
    const aliases = Array.from({ length: 64 }, (_, i) => `!t${i + 1} = tuple<!t${i}, !t${i}>`);
    expect(first(["!t0 = tensor<f32>", ...aliases].join("\n"))).toBe("parse error: the type is too large");
  });
  test("attributes that aliases double at each step", () => {
    const aliases = Array.from({ length: 64 }, (_, i) => `#a${i + 1} = [#a${i}, #a${i}]`);
    expect(first(["#a0 = 1 : i32", ...aliases].join("\n"))).toBe(
      "parse error: aliases stand for too much text",
    );
  });
  test("locations that aliases double at each step", () => {
    const aliases = Array.from({ length: 64 }, (_, i) => `#l${i + 1} = loc(callsite(#l${i} at #l${i}))`);
    expect(first(['#l0 = loc("x")', ...aliases].join("\n"))).toBe("parse error: the location is too large");
  });
  test("an alias of itself", () =>
    expect(first("module {} loc(#l)\n#l = loc(callsite(#l at #l))")).toBe(
      "parse error: the location alias #l is not defined",
    ));
  test("sizes beyond all numbers", () =>
    expect(first("func.func @f(%x: tensor<99999999999999999999xf32>) {}")).toBe(
      "parse error: the size is too large",
    ));
  test("a splat of more elements than memory holds is no problem, a list of them is", () => {
    expect(
      first("func.func @f() {\n%0 = stablehlo.constant dense<1> : tensor<1099511627776xi8>\nreturn\n}"),
    ).toBe("it parses");
    expect(
      first("func.func @f() {\n%0 = stablehlo.constant dense<[1, 2]> : tensor<1099511627776xi8>\n}"),
    ).toBe("parse error: dimension 0 of tensor<1099511627776xi8> needs 1099511627776 items");
  });
  test("numbers of any length", () => {
    const digits = "9".repeat(3_000_000);
    expect(() => parseAttribute(digits)).toThrow("the number is too long");
    expect(() => parseAttribute(`dense<${digits}> : tensor<i32>`)).toThrow("the number is too long");
  });
  test("names that every object has", () => {
    const text = inMain(
      "(%arg0: tensor<1x1xf32>)",
      "%0 = stablehlo.negate %arg0 {__proto__ = 1 : i64, constructor = 2 : i64, toString} : tensor<1x1xf32>",
      '"constructor"() ({',
      '  "toString"() : () -> ()',
      "}) : () -> ()",
      "return",
    );
    expect(reprint(text)).toBe(text);
    const window =
      "stablehlo.convolution(%x, %x) dim_numbers = [b, f]x[i, o]->[b, f], window = {constructor = [1]}";
    expect(first(`func.func @f(%x: tensor<1x1xf32>) {\n%0 = ${window}\n}`)).toBe(
      "parse error: no such window field: constructor",
    );
  });
  test("any number of dimensions", () =>
    expect(() => parseType(`tensor<${"1x".repeat(100)}f32>`)).toThrow("more than 64 dimensions"));
});

test("the ends of a line are looked for once, however much stands on the line", () => {
  const line = Array.from({ length: 500 }, (_, i) => `%${i + 1} = stablehlo.abs %${i} : tensor<?x4xf32>`);
  const text = `func.func @f(%0: tensor<?x4xf32>) { ${line.join(" ")}\nreturn %0 : f33 }`;
  const { indexOf } = String.prototype;
  let searches = 0;
  const spy = vi.spyOn(String.prototype, "indexOf").mockImplementation(function (
    this: string,
    wanted: string,
    from?: number,
  ) {
    if (wanted === "\n") searches++;
    return indexOf.call(this, wanted, from);
  });
  const message = refusal(text);
  spy.mockRestore();
  expect(message).toContain("-:2:");
  expect(searches).toBeLessThan(20);
});
