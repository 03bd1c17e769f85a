import { describe, expect, it } from "vitest";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { elementCount, type TensorType } from "../../src/ir/types.js";
import { allPasses } from "../../src/targets/registry.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { numbersOf } from "../../src/testing/close.js";
import { normal, run } from "../passes/text.js";

const STRIDE = "strided-time{factor=2 least-rows=1}";
const rows = "tensor<1x4x3xf32>";
const scanned = `(${rows}, ${rows}, tensor<1x3xf32>) -> (${rows}, tensor<1x3xf32>)`;
const cast = (name: "to_strided" | "to_ordered", result: string, value: string, type = rows): string =>
  `%${result} = "nn.${name}"(%${value}) <{axis = 1 : i64, factor = 2 : i64}> : (${type}) -> ${type}`;

const main = (takes: string, gives: string, body: string): string =>
  `func.func public @main(${takes}) -> ${gives} {\n${body}\n}`;

/** Results of @main on numbers that differ from row to row, model ops lowered after `pipeline`. */
function meaning(text: string, pipeline: string): readonly number[] {
  const module = parseModule(text);
  runPipeline(module, parsePipeline(`${pipeline}lower-model-ops`, allPasses));
  const inputs = bodyOf(findFunction(module, "main")!)!.arguments.map(({ type }, a) => {
    const tensor = type as TensorType;
    const count = elementCount(tensor.shape);
    const number = (i: number): number =>
      tensor.element === "f32" ? Math.fround(Math.sin(1.7 * i + a)) : (i * 5 + a) % 4;
    return elementsFromNumbers(
      tensor,
      Array.from({ length: count }, (_, i) => number(i)),
    );
  });
  return interpretFunction(module, "main", inputs).flatMap(numbersOf);
}

function expectSameMeaning(text: string, pipeline = STRIDE): void {
  const [before, after] = [meaning(text, ""), meaning(text, `${pipeline},`)];
  expect(after).toHaveLength(before.length);
  before.forEach((number, i) => {
    expect(after[i]).toBeCloseTo(number, 5);
  });
}

describe("strided-time", () => {
  it("casts all time operands of a scan, those too that are not made of tokens", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>`,
      "tensor<1x3xf32>",
      `  %0 = stablehlo.negate %x : ${rows}
  %1:2 = "nn.linear_scan"(%0, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  return %1#1 : tensor<1x3xf32>`,
    );
    expect(run(STRIDE, text)).toBe(
      normal(
        main(
          `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>`,
          "tensor<1x3xf32>",
          `  ${cast("to_strided", "s", "x")}
  ${cast("to_strided", "b", "a")}
  %0 = stablehlo.negate %s : ${rows}
  %1:2 = "nn.linear_scan"(%0, %b, %h0) <{axis = 1 : i64, strided = 2 : i64}> : ${scanned}
  return %1#1 : tensor<1x3xf32>`,
        ),
      ),
    );
    expectSameMeaning(text);
  });

  it("leaves the operands of an op that has no rule in the order of time, wherever they come from", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>, %ring: tensor<1x2x3xf32>, %rows: ${rows}, %pos: tensor<1x4xi32>`,
      "(tensor<1x2x3xf32>, tensor<1x2x3xf32>)",
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  %1 = "nn.kv_cache_update"(%ring, %rows, %pos) : (tensor<1x2x3xf32>, ${rows}, tensor<1x4xi32>) -> tensor<1x2x3xf32>
  %2 = "nn.kv_cache_update"(%ring, %0#0, %pos) : (tensor<1x2x3xf32>, ${rows}, tensor<1x4xi32>) -> tensor<1x2x3xf32>
  return %1, %2 : tensor<1x2x3xf32>, tensor<1x2x3xf32>`,
    );
    const strided = run(STRIDE, text);
    expect(strided).toContain(`"nn.kv_cache_update"(%arg3, %arg4, %arg5)`);
    expect(strided.match(/"nn.to_ordered"/g)).toHaveLength(1);
    expectSameMeaning(text);
  });

  it("strides a scan against time as well", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>`,
      `(${rows}, tensor<1x3xf32>)`,
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64, reverse}> : ${scanned}
  return %0#0, %0#1 : ${rows}, tensor<1x3xf32>`,
    );
    expect(run(STRIDE, text)).toContain("strided = 2");
    expectSameMeaning(text, `${STRIDE},lower-linear-scan{strategy=strided}`);
  });

  it("takes one row where it lies", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>`,
      "(tensor<1x1x3xf32>, tensor<1x1x3xf32>)",
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  %1 = stablehlo.slice %0#0 [0:1, 1:2, 0:3] : (${rows}) -> tensor<1x1x3xf32>
  %2 = stablehlo.slice %0#0 [0:1, 3:4, 0:3] : (${rows}) -> tensor<1x1x3xf32>
  return %1, %2 : tensor<1x1x3xf32>, tensor<1x1x3xf32>`,
    );
    const strided = run(STRIDE, text);
    expect(strided).not.toContain("to_ordered");
    expect(strided).toContain("[0:1, 2:3, 0:3]");
    expect(strided).toContain("[0:1, 3:4, 0:3]");
    expectSameMeaning(text);
  });

  it("does not cast rows that are all equal", () => {
    const text = main(
      `%x: ${rows}, %a: tensor<3xf32>, %h0: tensor<1x3xf32>`,
      "tensor<1x3xf32>",
      `  %0 = stablehlo.broadcast_in_dim %a, dims = [2] : (tensor<3xf32>) -> ${rows}
  %1 = stablehlo.logistic %0 : ${rows}
  %2:2 = "nn.linear_scan"(%x, %1, %h0) <{axis = 1 : i64}> : ${scanned}
  return %2#1 : tensor<1x3xf32>`,
    );
    expect(run(STRIDE, text).match(/"nn.to_strided"/g)).toHaveLength(1);
    expectSameMeaning(text);
  });

  it("does not move rows that are summed, in a product or a reduction or at the places of a table", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>, %i: tensor<1x4x1xi32>, %t: tensor<9x3xf32>`,
      "(tensor<3x3xf32>, tensor<3xf32>, tensor<9x3xf32>)",
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  %1 = stablehlo.dot_general %0#0, %x, contracting_dims = [0, 1] x [0, 1] : (${rows}, ${rows}) -> tensor<3x3xf32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %2 = stablehlo.reduce(%0#0 init: %z) applies stablehlo.add across dimensions = [0, 1] : (${rows}, tensor<f32>) -> tensor<3xf32>
  %3 = "stablehlo.scatter"(%t, %i, %0#0) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [2], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 2>}> ({
  ^bb0(%l: tensor<f32>, %r: tensor<f32>):
    %s = stablehlo.add %l, %r : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<9x3xf32>, tensor<1x4x1xi32>, ${rows}) -> tensor<9x3xf32>
  return %1, %2, %3 : tensor<3x3xf32>, tensor<3xf32>, tensor<9x3xf32>`,
    );
    const strided = run(STRIDE, text);
    expect(strided).not.toContain("to_ordered");
    expect(strided.match(/"nn.to_strided"/g)).toHaveLength(3);
    expectSameMeaning(text);
  });

  it.each([
    ["whose last update counts", "", "stablehlo.return %r : tensor<f32>"],
    [
      "whose indices are said to be sorted",
      ", indices_are_sorted = true",
      "%s = stablehlo.add %l, %r : tensor<f32>\n    stablehlo.return %s : tensor<f32>",
    ],
  ])("puts rows in order for a scatter %s", (_, attribute, body) => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>, %i: tensor<1x4x1xi32>, %t: tensor<9x3xf32>`,
      "tensor<9x3xf32>",
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  %1 = "stablehlo.scatter"(%t, %i, %0#0) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [2], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 2>${attribute}}> ({
  ^bb0(%l: tensor<f32>, %r: tensor<f32>):
    ${body}
  }) : (tensor<9x3xf32>, tensor<1x4x1xi32>, ${rows}) -> tensor<9x3xf32>
  return %1 : tensor<9x3xf32>`,
    );
    expect(run(STRIDE, text).match(/"nn.to_ordered"/g)).toHaveLength(1);
  });

  it("passes through a barrier each value as it comes, and as it is read", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>`,
      `(${rows}, tensor<1x3xf32>)`,
      `  %0 = stablehlo.tanh %x : ${rows}
  %1:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  %2:3 = stablehlo.optimization_barrier %0, %1#0, %1#1 : ${rows}, ${rows}, tensor<1x3xf32>
  %3:2 = "nn.linear_scan"(%2#1, %2#0, %2#2) <{axis = 1 : i64}> : ${scanned}
  %4 = stablehlo.add %3#0, %2#1 : ${rows}
  return %4, %3#1 : ${rows}, tensor<1x3xf32>`,
    );
    const strided = run(STRIDE, text);
    expect(strided.match(/"nn.to_ordered"/g)).toHaveLength(1);
    expect(strided.match(/"nn.to_strided"/g)).toHaveLength(2);
    expectSameMeaning(text);
  });

  it("moves the rows before a product that widens them, not after it", () => {
    const wide = "tensor<1x4x9xf32>";
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>, %w: tensor<9x3xf32>`,
      wide,
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  %1 = stablehlo.dot_general %0#0, %w, contracting_dims = [2] x [1] : (${rows}, tensor<9x3xf32>) -> ${wide}
  %2 = stablehlo.tanh %1 : ${wide}
  return %2 : ${wide}`,
    );
    const strided = run(STRIDE, text);
    expect(strided).toContain(
      `"nn.to_ordered"(%2#0) <{axis = 1 : i64, factor = 2 : i64}> : (${rows}) -> ${rows}`,
    );
    expect(strided.match(/"nn.to_ordered"/g)).toHaveLength(1);
    expectSameMeaning(text);
  });

  it("works in any function, with time on any axis", () => {
    const first = "tensor<4x1x3xf32>";
    const types = `(${first}, ${first}, tensor<1x3xf32>) -> (${first}, tensor<1x3xf32>)`;
    const text = `${main(
      `%x: ${first}, %h0: tensor<1x3xf32>`,
      first,
      `  %0 = call @inner(%x, %h0) : (${first}, tensor<1x3xf32>) -> ${first}
  return %0 : ${first}`,
    )}
func.func private @inner(%x: ${first}, %h0: tensor<1x3xf32>) -> ${first} {
  %0:2 = "nn.linear_scan"(%x, %x, %h0) <{axis = 0 : i64}> : ${types}
  return %0#0 : ${first}
}`;
    expect(run(STRIDE, text)).toContain("<{axis = 0 : i64, strided = 2 : i64}>");
    expectSameMeaning(text);
  });

  it("leaves a scan alone whose strided slices would have too few rows, or not all the same number", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>`,
      "tensor<1x3xf32>",
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : ${scanned}
  return %0#1 : tensor<1x3xf32>`,
    );
    expect(run("strided-time{factor=2 least-rows=3}", text)).toBe(normal(text));
    expect(run("strided-time{factor=3 least-rows=1}", text)).toBe(normal(text));
    expect(run("strided-time{factor=1 least-rows=1}", text)).toBe(normal(text));
  });

  it("leaves a program without a recurrence alone", () => {
    const text = main(`%x: ${rows}`, rows, `  %0 = stablehlo.tanh %x : ${rows}\n  return %0 : ${rows}`);
    expect(run(STRIDE, text)).toBe(normal(text));
  });
});

describe("split-rows", () => {
  it("goes through one product, and on until rows are used twice", () => {
    const wide = "tensor<1x4x5xf32>";
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>, %w: tensor<5x3xf32>`,
      wide,
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64, strided = 2 : i64}> : ${scanned}
  %1 = stablehlo.tanh %0#0 : ${rows}
  %2 = stablehlo.dot_general %1, %w, contracting_dims = [2] x [1] : (${rows}, tensor<5x3xf32>) -> ${wide}
  %3 = stablehlo.abs %2 : ${wide}
  %4 = stablehlo.multiply %3, %3 : ${wide}
  return %4 : ${wide}`,
    );
    const split = run("split-rows,canonicalize", text);
    const count = (op: string) => split.match(new RegExp(`stablehlo\\.${op} `, "g"))?.length;
    expect([count("tanh"), count("dot_general"), count("abs"), count("multiply")]).toEqual([2, 2, 2, 1]);
    expect(count("concatenate")).toBe(1);
    expectSameMeaning(text, "split-rows");
  });

  it("cuts a value along each axis along which its rows are read", () => {
    const square = "tensor<1x4x4xf32>";
    const text = main(
      `%x: ${square}, %a: ${square}, %h0: tensor<1x4xf32>, %z: ${square}, %w: tensor<5x4xf32>`,
      "tensor<1x4x5xf32>",
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64, strided = 2 : i64}> : (${square}, ${square}, tensor<1x4xf32>) -> (${square}, tensor<1x4xf32>)
  %1 = stablehlo.add %0#0, %z : ${square}
  %2 = stablehlo.transpose %1, dims = [0, 2, 1] : (${square}) -> ${square}
  %3 = stablehlo.add %2, %z : ${square}
  %4 = stablehlo.dot_general %3, %w, contracting_dims = [1] x [1] : (${square}, tensor<5x4xf32>) -> tensor<1x4x5xf32>
  return %4 : tensor<1x4x5xf32>`,
    );
    const split = run("split-rows", text);
    expect(split).toContain("stablehlo.slice %arg3 [0:1, 0:2, 0:4]");
    expect(split).toContain("stablehlo.slice %arg3 [0:1, 0:4, 0:2]");
    expect(split.match(/stablehlo.dot_general /g)).toHaveLength(2);
    expectSameMeaning(text, "split-rows");
  });

  it("takes the products before a scan in the order in which they stand, whichever operand they are", () => {
    const text = main(
      `%u: ${rows}, %wx: tensor<3x3xf32>, %wz: tensor<6x3xf32>, %bias: tensor<1x6xf32>, %n: tensor<1x4xi32>, %h0: tensor<1x3xf32>`,
      rows,
      `  %z = stablehlo.dot_general %u, %wz, contracting_dims = [2] x [1] : (${rows}, tensor<6x3xf32>) -> tensor<1x4x6xf32>
  %x = stablehlo.dot_general %u, %wx, contracting_dims = [2] x [1] : (${rows}, tensor<3x3xf32>) -> ${rows}
  %decay = stablehlo.constant dense<[-0.5, -1.0, -2.0]> : tensor<3xf32>
  %c = stablehlo.constant dense<0> : tensor<1x4xi32>
  %reset = stablehlo.compare EQ, %n, %c : (tensor<1x4xi32>, tensor<1x4xi32>) -> tensor<1x4xi1>
  %g:2 = "griffin.rg_lru_gates"(%x, %z, %bias, %decay, %reset) <{heads = 1 : i64}> : (${rows}, tensor<1x4x6xf32>, tensor<1x6xf32>, tensor<3xf32>, tensor<1x4xi1>) -> (${rows}, ${rows})
  %y:2 = "nn.linear_scan"(%g#0, %g#1, %h0) <{axis = 1 : i64, strided = 2 : i64}> : ${scanned}
  return %y#0 : ${rows}`,
    );
    const split = run("split-rows", text);
    expect(split.match(/stablehlo.dot_general /g)).toHaveLength(4);
    expectSameMeaning(text, "split-rows");
  });

  it("leaves what follows a scan whole where no product takes its states", () => {
    const text = main(
      `%x: ${rows}, %a: ${rows}, %h0: tensor<1x3xf32>`,
      rows,
      `  %0:2 = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64, strided = 2 : i64}> : ${scanned}
  %1 = stablehlo.tanh %0#0 : ${rows}
  return %1 : ${rows}`,
    );
    expect(run("split-rows", text)).toBe(normal(text));
  });
});
