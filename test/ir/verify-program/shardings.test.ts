import { describe, expect, test } from "vitest";
import { main, single, verdict } from "./verdict.js";

describe("shardings", () => {
  const sorting = (sharding: string): string =>
    main(
      "%a: tensor<2xi32>",
      "tensor<2xi32>",
      `  %0:2 = "stablehlo.sort"(%a, %a) <{dimension = 0 : i64}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>, %z: tensor<i32>, %w: tensor<i32>):
    %1 = stablehlo.compare LT, %x, %y : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  }) {mhlo.sharding = "${sharding}"} : (tensor<2xi32>, tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>)
  return %0#0 : tensor<2xi32>`,
    );

  test.each(["{replicated}", "{{replicated}, {devices=[2]<=[2]}}", "{{replicated}, {manual}}"])(
    "%s of two values is accepted",
    (sharding) => {
      expect(verdict(sorting(sharding))).toBe("accepted");
    },
  );

  test.each([
    ["{}", 0],
    ["{{replicated}}", 1],
    ["{{replicated}, {maximal device=0}, {manual}}", 3],
  ])("%s of two values is refused", (sharding, count) => {
    expect(verdict(sorting(sharding))).toBe(
      [
        "verify error: stablehlo.sort: mhlo.sharding has shardings of other values than stablehlo.sort gives [sharding_count]",
        "  expected: 2 shardings",
        `  got:      a list of ${count}`,
        "  at:       -:2:10",
        "  hint:     a sharding in single braces is that of each value",
      ].join("\n"),
    );
  });

  test("a list for one tensor is refused, of one sharding too", () => {
    const adding = single(
      "%a: tensor<2xi32>",
      "tensor<2xi32>",
      'stablehlo.add %a, %a {mhlo.sharding = "{{replicated}}"} : tensor<2xi32>',
    );
    expect(verdict(adding)).toContain("expected: one sharding, in single braces\n  got:      a list of 1\n");
  });

  const adding = (sharding: string): string =>
    single(
      "%a: tensor<16xi32>",
      "tensor<16xi32>",
      `stablehlo.add %a, %a {mhlo.sharding = "${sharding}"} : tensor<16xi32>`,
    );

  test.each([
    "{devices=[2]<=[2]}",
    "{devices=[2]0,1}",
    "{devices=[1,2]<=[2] last_tile_dim_replicate}",
    "{devices=[1,1,2]<=[2] last_tile_dims={manual, replicated}}",
    "{devices=[1,1]0}",
    "{maximal device=0}",
  ])("%s of a tensor of one axis is accepted", (sharding) => {
    expect(verdict(adding(sharding))).toBe("accepted");
  });

  test.each([
    ["{devices=[2,1]<=[2]}", 2],
    ["{devices=[2]<=[2] last_tile_dim_replicate}", 0],
    ["{devices=[2,1,1,2]<=[4] last_tile_dims={manual}}", 3],
  ])(
    "%s of a tensor of one axis is refused, by which XLA ends the process beside other shardings",
    (sharding, axes) => {
      expect(verdict(adding(sharding))).toBe(
        [
          "verify error: stablehlo.add: mhlo.sharding of stablehlo.add cuts other axes than its value has [sharding_axes]",
          "  expected: tiles along 1 axes, of tensor<16xi32>",
          `  got:      along ${axes}`,
          "  at:       -:2:8",
          "  hint:     repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
        ].join("\n"),
      );
    },
  );

  test("one sharding of two values is held against each", () => {
    expect(verdict(sorting("{devices=[2,1]<=[2]}"))).toBe(
      [
        "verify error: stablehlo.sort: mhlo.sharding of stablehlo.sort cuts other axes than its value has [sharding_axes]",
        "  expected: tiles along 1 axes, of tensor<2xi32>",
        "  got:      along 2",
        "  at:       -:2:10",
        "  hint:     repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
      ].join("\n"),
    );
    expect(verdict(sorting("{{replicated}, {devices=[1,2]<=[2]}}"))).toContain("got:      along 2\n");
  });

  test.each([
    ["argument", '(%a: tensor<4x2xf32> {mhlo.sharding = "SHARDING"}) -> tensor<4x2xf32>'],
    ["result", '(%a: tensor<4x2xf32>) -> (tensor<4x2xf32> {mhlo.sharding = "SHARDING"})'],
  ])("those of an %s are held against its type", (whose, signature) => {
    const passing = (sharding: string): string =>
      `func.func @main${signature.replace("SHARDING", sharding)} {\n  return %a : tensor<4x2xf32>\n}`;
    expect(verdict(passing("{devices=[2,1]<=[2]}"))).toBe("accepted");
    expect(verdict(passing("{devices=[2]<=[2] last_tile_dims={manual, manual, manual}}"))).toBe(
      [
        `verify error: func.func: mhlo.sharding of @main's ${whose} #0 cuts other axes than its value has [sharding_axes]`,
        "  expected: tiles along 2 axes, of tensor<4x2xf32>",
        "  got:      along -2",
        "  at:       -:1:1",
        "  hint:     repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
      ].join("\n"),
    );
    expect(verdict(passing("{{devices=[2,1]<=[2]}}"))).toContain("[sharding_count]");
  });
});
