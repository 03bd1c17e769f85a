import { expect, test } from "vitest";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { program } from "../../ir/ops/cases/case.js";
import { type Candidate, programOf } from "../../../tools/survival/candidate.js";
import { elements } from "../../../tools/survival/elements.js";
import { mixed } from "../../../tools/survival/mixed.js";
import { systematicPrograms } from "../../../tools/survival/systematic.js";
import { variants } from "../../../tools/survival/variants.js";

const power = program(
  "%a: tensor<2xf32>, %b: tensor<2xf32>",
  "  %0 = stablehlo.power %a, %b : tensor<2xf32>",
);

/** What is made of the texts that are given comes before what is made of the others. */
function* first(candidates: Iterable<Candidate>, count: number): Generator<Candidate> {
  for (const candidate of candidates) {
    if (count-- === 0) return;
    yield candidate;
  }
}

test("an op's program is made of every element type; values are arguments, constants, broadcasts or the same twice, and sizes are 0 and 1", () => {
  const texts = [...first(systematicPrograms([power], { shard: 1, count: 1 }), 11 * elements.length)]
    .map(({ make }) => {
      try {
        return printModule(make());
      } catch {
        return "";
      }
    })
    .filter((text) => text.includes("stablehlo.power"));
  expect(elements.filter((element) => !texts.some((text) => text.includes(`x${element}>`)))).toEqual([]);
  const body = (text: string) =>
    text
      .split("\n")
      .slice(1, -3)
      .join("\n")
      .replaceAll(/ -> .* \{$/gm, "");
  expect(
    texts
      .filter((text) => text.includes("bf16"))
      .map(body)
      .join("\n\n"),
  ).toMatchInlineSnapshot(`
    "  func.func @main(%arg0: tensor<2xbf16>, %arg1: tensor<2xbf16>)
        %0 = stablehlo.power %arg0, %arg1 : tensor<2xbf16>
        return %0 : tensor<2xbf16>

      func.func @main()
        %cst = stablehlo.constant dense<1.000000e+00> : tensor<2xbf16>
        %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<2xbf16>
        %0 = stablehlo.power %cst, %cst_0 : tensor<2xbf16>
        return %cst, %cst_0, %0 : tensor<2xbf16>, tensor<2xbf16>, tensor<2xbf16>

      func.func @main()
        %cst = stablehlo.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xbf16>
        %cst_0 = stablehlo.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xbf16>
        %0 = stablehlo.power %cst, %cst_0 : tensor<2xbf16>
        return %cst, %cst_0, %0 : tensor<2xbf16>, tensor<2xbf16>, tensor<2xbf16>

      func.func @main(%arg0: tensor<bf16>, %arg1: tensor<bf16>)
        %0 = stablehlo.broadcast_in_dim %arg0, dims = [] : (tensor<bf16>) -> tensor<2xbf16>
        %1 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<bf16>) -> tensor<2xbf16>
        %2 = stablehlo.power %0, %1 : tensor<2xbf16>
        return %0, %1, %2 : tensor<2xbf16>, tensor<2xbf16>, tensor<2xbf16>

      func.func @main()
        %0 = stablehlo.iota dim = 0 : tensor<2xbf16>
        %1 = stablehlo.iota dim = 0 : tensor<2xbf16>
        %2 = stablehlo.power %0, %1 : tensor<2xbf16>
        return %0, %1, %2 : tensor<2xbf16>, tensor<2xbf16>, tensor<2xbf16>

      func.func @main(%arg0: tensor<2xbf16>)
        %0 = stablehlo.power %arg0, %arg0 : tensor<2xbf16>
        return %0 : tensor<2xbf16>

      func.func @main(%arg0: tensor<2xbf16>)
        %cst = stablehlo.constant dense<1.000000e+00> : tensor<2xbf16>
        %0 = stablehlo.power %cst, %arg0 : tensor<2xbf16>
        return %cst, %0 : tensor<2xbf16>, tensor<2xbf16>

      func.func @main(%arg0: tensor<2xbf16>)
        %cst = stablehlo.constant dense<1.000000e+00> : tensor<2xbf16>
        %0 = stablehlo.power %arg0, %cst : tensor<2xbf16>
        return %cst, %0 : tensor<2xbf16>, tensor<2xbf16>

      func.func @main(%arg0: tensor<0xbf16>, %arg1: tensor<0xbf16>)
        %0 = stablehlo.power %arg0, %arg1 : tensor<0xbf16>
        return %0 : tensor<0xbf16>

      func.func @main()
        %cst = stablehlo.constant dense<1.000000e+00> : tensor<0xbf16>
        %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<0xbf16>
        %0 = stablehlo.power %cst, %cst_0 : tensor<0xbf16>
        return %cst, %cst_0, %0 : tensor<0xbf16>, tensor<0xbf16>, tensor<0xbf16>

      func.func @main(%arg0: tensor<1xbf16>, %arg1: tensor<1xbf16>)
        %0 = stablehlo.power %arg0, %arg1 : tensor<1xbf16>
        return %0 : tensor<1xbf16>"
  `);
});

const isProgram = (text: string): boolean =>
  programOf({ name: "", make: () => parseModule(text) }, () => undefined) !== undefined;

test("every text of its own is a program with some element type", () => {
  const lacking = [...mixed, ...variants].filter(
    (text) =>
      !["f32", "i32", "complex<f32>"].some((to) => isProgram(text.replaceAll(/(?<=[x<])f32(?=>)/g, to))),
  );
  expect(lacking).toEqual([]);
});

test("parts are disjoint, and the whole together", () => {
  const names = (shard: number, count: number) =>
    [...first(systematicPrograms([power], { shard, count }), 60 / count)].map(({ name }) => name);
  const parts = [1, 2, 3].flatMap((shard) => names(shard, 3));
  expect(parts.toSorted()).toEqual(names(1, 1).toSorted());
});
