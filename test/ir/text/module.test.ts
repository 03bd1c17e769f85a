/** Modules, functions, aliases, resources, attributes of other dialects, sections. */
import { describe, expect, test } from "vitest";
import { isOp } from "../../../src/ir/ops/index.js";
import { parseModule, printModule, printOperation, splitInput } from "../../../src/ir/text/index.js";
import { inMain, refusal, reprint } from "./helpers.js";

describe("modules and functions", () => {
  const text = `module @"odd name" attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<4xf32> {jax.buffer_donor = true, mhlo.sharding = "{replicated}"}, %arg1: tensor<4xf32> {tf.aliasing_output = 0 : i32}) -> (tensor<4xf32> {jax.result_info = "y[0]"}, tensor<f32>) attributes {my.note} {
    %0:2 = call @"f g"(%arg0) {mhlo.frontend_attributes = {a.b = "2", k = "v"}} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
    return %0#0, %0#1 : tensor<4xf32>, tensor<f32>
  }
  func.func private @"f g"(tensor<4xf32> {a.b}) -> (tensor<4xf32>, tensor<f32>)
  func.func private @function_result() -> (() -> tensor<f32>)
}
`;
  test("print back as written", () => expect(reprint(text)).toBe(text));

  test("in the generic form", () =>
    expect(reprint(text, { form: "generic" })).toBe(`"builtin.module"() <{sym_name = "odd name"}> ({
  "func.func"() <{arg_attrs = [{jax.buffer_donor = true, mhlo.sharding = "{replicated}"}, {tf.aliasing_output = 0 : i32}], function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>), res_attrs = [{jax.result_info = "y[0]"}, {}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
    %0:2 = "func.call"(%arg0) <{callee = @"f g"}> {mhlo.frontend_attributes = {a.b = "2", k = "v"}} : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
    "func.return"(%0#0, %0#1) : (tensor<4xf32>, tensor<f32>) -> ()
  }) {my.note} : () -> ()
  "func.func"() <{arg_attrs = [{a.b}], function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>), sym_name = "f g", sym_visibility = "private"}> ({
  }) : () -> ()
  "func.func"() <{function_type = () -> (() -> tensor<f32>), sym_name = "function_result", sym_visibility = "private"}> ({
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
`));

  test("need no module around them", () =>
    expect(reprint("func.func private @a()\nfunc.func private @b()")).toBe(
      "module {\n  func.func private @a()\n  func.func private @b()\n}\n",
    ));

  test("may be empty", () => {
    expect(reprint("module {}")).toBe("module {\n}\n");
    expect(reprint("")).toBe("module {\n}\n");
    expect(reprint("module {}", { form: "generic" })).toBe('"builtin.module"() ({\n^bb0:\n}) : () -> ()\n');
  });

  test("stand inside each other", () => {
    const nested = "module {\n  module @a {\n    func.func private @f()\n  }\n}\n";
    expect(reprint(nested)).toBe(nested);
  });

  test("refuse a body whose arguments have no names", () =>
    expect(refusal("func.func @f(tensor<f32>) {\n  return\n}")).toContain(
      "the arguments of a function with a body need names",
    ));
});

describe("the generic form in its old style", () => {
  const inputs = [
    '%0 = "stablehlo.transpose"(%arg0) <{permutation = array<i64: 1, 0>}> {my.note = "x"} : (tensor<2x3xf32>) -> tensor<3x2xf32>',
    '%0 = "stablehlo.transpose"(%arg0) {my.note = "x", permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> (tensor<3x2xf32>)',
    '%0 = stablehlo.transpose %arg0, dims = [1, 0] {my.note = "x"} : (tensor<2x3xf32>) -> tensor<3x2xf32>',
  ];
  test("and the new one mean the same", () => {
    const [first, ...others] = inputs.map((line) =>
      reprint(inMain("(%arg0: tensor<2x3xf32>)", line, "return")),
    );
    expect(first).toBe(inMain("(%arg0: tensor<2x3xf32>)", inputs[2]!, "return"));
    for (const other of others) expect(other).toBe(first);
  });
});

describe("what we do not model is kept", () => {
  test("attributes of other dialects", () => {
    const text = inMain(
      "(%arg0: tensor<8xf32>)",
      '%0 = stablehlo.add %arg0, %arg0 {mhlo.sharding = "{devices=[4]<=[4]}", my.list = [#foo.bar<[1, 2]>, !foo.t], sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}]>]>} : tensor<8xf32>',
      "return",
    );
    expect(reprint(text)).toBe(text);
  });

  test("ops of func without their dialect, inside ops of another", () => {
    const program = (call: string) =>
      [
        "module {",
        "  func.func private @f(%arg0: tensor<4xf32>) -> tensor<4xf32> {",
        "    return %arg0 : tensor<4xf32>",
        "  }",
        "  func.func @main(%arg0: tensor<4xf32>, %arg1: tensor<i1>) -> tensor<4xf32> {",
        '    %0 = "stablehlo.if"(%arg1) ({',
        `      %1 = ${call} @f(%arg0) : (tensor<4xf32>) -> tensor<4xf32>`,
        "      stablehlo.return %1 : tensor<4xf32>",
        "    }, {",
        "      stablehlo.return %arg0 : tensor<4xf32>",
        "    }) : (tensor<i1>) -> tensor<4xf32>",
        "    return %0 : tensor<4xf32>",
        "  }",
        "}",
        "",
      ].join("\n");
    expect(reprint(program("call"))).toBe(program("func.call"));
    expect(refusal(program("cal"))).toContain("there is no op cal");
  });

  const unknown = inMain(
    "(%arg0: tensor<2xf32>)",
    '%0:2 = "foo.bar"(%arg0) ({',
    "^bb0(%arg1: tensor<f32>):",
    '  "foo.end"(%arg1) : (tensor<f32>) -> ()',
    "}) {operandSegmentSizes = array<i32: 1, 0>} : (tensor<2xf32>) -> (tensor<2xf32>, !foo.t)",
    "return",
  );
  test("ops of other dialects, when they are allowed", () => {
    expect(reprint(unknown)).toBe(unknown);
    expect(refusal(unknown)).toContain("there is no op foo.bar");
  });
  test("VHLO is read from artifacts alone", () =>
    expect(refusal('"vhlo.add_v1"() : () -> ()')).toMatch(
      /there is no op vhlo.add_v1(.|\n)*hint: {5}VHLO is what portable artifacts hold/,
    ));
  test("blocks beyond the first", () => {
    const text = inMain(
      "()",
      '"foo.blocks"() ({',
      '  "foo.a"() : () -> ()',
      "^bb1(%0: tensor<f32>, %1: tensor<f32>):  // no predecessors",
      '  "foo.b"(%0) : (tensor<f32>) -> ()',
      "^bb2:  // no predecessors",
      '  "foo.c"() : () -> ()',
      "}) : () -> ()",
      "return",
    );
    expect(reprint(text)).toBe(text);
    expect(refusal(inMain("()", '"foo.jump"()[^bb1] : () -> ()'), { allowUnknownOps: true })).toContain(
      "successor blocks are not supported",
    );
  });
});

describe("aliases", () => {
  test("of types and attributes are expanded", () =>
    expect(
      reprint(`#note = "x"
!t = tensor<2xf32>
#list = [#note, 1 : i32]
func.func @main(%x: !t {my.list = #list}) -> !t {
  return %x : !t
}
`),
    ).toBe(`module {
  func.func @main(%arg0: tensor<2xf32> {my.list = ["x", 1 : i32]}) -> tensor<2xf32> {
    return %arg0 : tensor<2xf32>
  }
}
`));
  test("of types and attributes must come first", () =>
    expect(refusal("func.func private @f(!t)\n!t = tensor<2xf32>")).toContain(
      "the type alias !t is not defined",
    ));
});

describe("resources", () => {
  test("become constants", () =>
    expect(
      reprint(`func.func @main() {
  %0 = stablehlo.constant dense_resource<blob> : tensor<2xf32>
  return
}
{-#
  dialect_resources: {
    builtin: {
      other: "0x04000000",
      blob: "0x040000000000803F00000040"
    }
  }
#-}
`),
    ).toBe(
      inMain("()", "%cst = stablehlo.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>", "return"),
    ));
  test("must have the size of their type", () =>
    expect(
      refusal(
        'func.func @f() {\n%0 = stablehlo.constant dense_resource<b> : tensor<3xf32>\n}\n{-# b: "0x0400000000000000" #-}',
      ),
    ).toContain("the resource has 4 bytes, tensor<3xf32> needs 12"));
});

describe("printing", () => {
  const module = parseModule(`func.func @main(%tokens: tensor<2xi32>, %x: tensor<200xf32>) {
  %big = stablehlo.constant dense<"0x${"0000803F00000040".repeat(100)}"> : tensor<200xf32>
  %sum = stablehlo.add %x, %big : tensor<200xf32>
  return
}`);
  test("leaves large constants out on request", () =>
    expect(printModule(module, { elideAbove: 16 })).toContain(
      "%cst = stablehlo.constant dense_resource<__elided__> : tensor<200xf32>",
    ));
  test("uses the names of arguments on request", () =>
    expect(printModule(module, { names: "hints", elideAbove: 16 })).toContain(
      "func.func @main(%tokens: tensor<2xi32>, %x: tensor<200xf32>) {",
    ));
  test("of one operation uses the names it has in its module", () => {
    const add = module.regions[0]!.entry.first!.regions[0]!.entry.operations.find((op) =>
      isOp(op, "stablehlo.add"),
    )!;
    expect(printOperation(add)).toBe("%0 = stablehlo.add %arg1, %cst : tensor<200xf32>");
    expect(printOperation(add, { form: "generic" })).toBe(
      '%1 = "stablehlo.add"(%arg1, %0) : (tensor<200xf32>, tensor<200xf32>) -> tensor<200xf32>',
    );
  });
});

describe("sections", () => {
  test("know their first line", () =>
    expect(splitInput("a\nb\n// -----\nc\n  // ----- more\n\nd")).toEqual([
      { text: "a\nb", firstLine: 1 },
      { text: "c", firstLine: 4 },
      { text: "\nd", firstLine: 6 },
    ]));
});
