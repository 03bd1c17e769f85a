/** The types that follow from the op table. */
import { describe, expect, expectTypeOf, test } from "vitest";
import { Builder } from "../../../src/ir/builder.js";
import { type Attributes, isOp, opDefinitions, type StablehloName } from "../../../src/ir/ops/index.js";
import { makeBlock } from "../../../src/ir/rewriter.js";
import { formatType, tensorType } from "../../../src/ir/types.js";

describe("typed attributes", () => {
  test("follow from the declared kinds", () => {
    expectTypeOf<Attributes<"stablehlo.transpose">["permutation"]>().toEqualTypeOf<readonly number[]>();
    expectTypeOf<Attributes<"stablehlo.compare">["comparison_direction"]>().toEqualTypeOf<
      "EQ" | "NE" | "GE" | "GT" | "LE" | "LT"
    >();
    expectTypeOf<Attributes<"stablehlo.sort">["is_stable"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<"stablehlo.dot_general">().toExtend<StablehloName>();
    expectTypeOf<"stablehlo.dot_specific">().not.toExtend<StablehloName>();
  });

  test("hold builders to them", () => {
    const block = makeBlock([tensorType([2, 3], "f32")]);
    const builder = Builder.atEnd(block);
    const [x] = block.arguments;
    // @ts-expect-error the attribute is called permutation
    expect(() => builder.create("stablehlo.transpose", [x!], { dims: [1, 0] })).toThrow(
      "permutation is missing",
    );
    // @ts-expect-error a direction is one of six words
    expect(() => builder.create("stablehlo.compare", [x!, x!], { comparison_direction: "lt" })).toThrow(
      'attribute comparison_direction must be comparison_direction (invalid option: expected one of "EQ"|"NE"|"GE"|"GT"|"LE"|"LT")',
    );
    const transposed = builder.create("stablehlo.transpose", [x!], { permutation: [1, 0] });
    expect(formatType(transposed.result.type)).toBe("tensor<3x2xf32>");
    expect(isOp(transposed, "stablehlo.transpose") && transposed.attributes.permutation).toEqual([1, 0]);
  });
});

describe("the table", () => {
  test("has the 118 ops of StableHLO 1.20, each once", () => {
    const names = opDefinitions.map((definition) => definition.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith("stablehlo."))).toHaveLength(118);
  });

  test("says of each op what it is and how it looks", () => {
    for (const { name, summary, example } of opDefinitions) {
      expect(summary, name).toMatch(/\.$/);
      expect(example, name).toContain(name.replace(/^(builtin|func)\./, ""));
    }
  });

  test("marks the ten ops that are not to be emitted", () => {
    const deprecated = opDefinitions.filter((definition) => definition.traits.includes("deprecated"));
    expect(deprecated.map((definition) => definition.name.slice("stablehlo.".length)).sort()).toEqual([
      "broadcast",
      "create_token",
      "cross-replica-sum",
      "dot",
      "einsum",
      "map",
      "real_dynamic_slice",
      "rng",
      "torch_index_select",
      "unary_einsum",
    ]);
  });
});
