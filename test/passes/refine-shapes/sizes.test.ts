import { describe, expect, it } from "vitest";
import { normal } from "../text.js";
import { program, refine, sizes } from "./refine.js";

describe("sizes that follow from more than types", () => {
  const reducer = `({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = stablehlo.add %a, %b : tensor<f32>
    stablehlo.return %s : tensor<f32>
  })`;
  const channel = "channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, ";

  it.each([
    ["replicas", "", ""],
    ["devices", channel, ", use_global_device_ids"],
  ])("collectives over groups of %s make or take the parts of a whole group", (_, before, after) => {
    const gather = (from: string, to: string): string =>
      `%r = "stablehlo.all_gather"(%x) <{all_gather_dim = 1 : i64, ${before}replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>${after}}> : (${from}) -> ${to}`;
    const scatter = (from: string, to: string): string =>
      `%r = "stablehlo.reduce_scatter"(%x) <{${before}replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, scatter_dimension = 1 : i64${after}}> ${reducer} : (${from}) -> ${to}`;
    for (const [line, to] of [
      [gather, "tensor<4x24xf32>"],
      [scatter, "tensor<4x3xf32>"],
    ] as const) {
      const dynamic = program(
        "%x: tensor<4x?xf32>",
        line("tensor<4x?xf32>", "tensor<4x?xf32>"),
        "tensor<4x?xf32>",
      );
      const known = program("%x: tensor<4x6xf32>", line("tensor<4x6xf32>", to), to);
      expect(refine(dynamic, "tensor<4x6xf32>")).toBe(normal(known));
    }
  });

  it("collectives over replicas and partitions depend on how many partitions there are", () => {
    const line = `%r = "stablehlo.all_gather"(%x) <{all_gather_dim = 0 : i64, ${channel}replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<?xf32>) -> tensor<?xf32>`;
    expect(() => refine(program("%x: tensor<?xf32>", line, "tensor<?xf32>"), "tensor<6xf32>")).toThrow(
      "the shape of what stablehlo.all_gather makes depends on data, and cannot be refined",
    );
  });

  it("a call gives its results' shapes one after the other, those of tuples too", () => {
    const call = (results: string, shapes: string): string =>
      `${sizes("a", 1, 2)}${sizes("b", 3)}${sizes("c", 4)}  %r:2 = stablehlo.custom_call @foo(%x${shapes} -> ${results}`;
    const to = (a: string, b: string, c: string): string =>
      `(tensor<${a}xf32>, tuple<tensor<${b}xi8>, tensor<${c}xf32>>)`;
    const given = `func.func @main(%x: tensor<?xf32>) -> ${to("?x?", "?", "?")} {
${call(to("?x?", "?", "?"), ", %a, %b, %c) {indices_of_shape_operands = dense<[1, 2, 3]> : tensor<3xi64>} : (tensor<?xf32>, tensor<2xi64>, tensor<1xi64>, tensor<1xi64>)")}
  return %r#0, %r#1 : ${to("?x?", "?", "?").slice(1, -1)}
}`;
    expect(refine(given, "tensor<7xf32>")).toBe(
      normal(`func.func @main(%x: tensor<7xf32>) -> ${to("1x2", "3", "4")} {
  %r:2 = stablehlo.custom_call @foo(%x) : (tensor<7xf32>) -> ${to("1x2", "3", "4")}
  return %r#0, %r#1 : ${to("1x2", "3", "4").slice(1, -1)}
}`),
    );
  });

  it("results of a function that does more than compute them are known where they are constants", () => {
    const main = (result: string, call: string): string => `module {
  func.func @main() -> ${result} {
    %t = stablehlo.create_token : !stablehlo.token
    ${call}
    return %r : ${result}
  }
  func.func private @f(%t: !stablehlo.token) -> (!stablehlo.token, tensor<1xi64>) {
    stablehlo.custom_call @seen(%t) {has_side_effect = true} : (!stablehlo.token) -> ()
    %n = stablehlo.constant dense<4> : tensor<1xi64>
    return %t, %n : !stablehlo.token, tensor<1xi64>
  }
}`;
    const call = "%u, %n = call @f(%t) : (!stablehlo.token) -> (!stablehlo.token, tensor<1xi64>)\n    ";
    const iota = "%r = stablehlo.dynamic_iota %n, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>";
    expect(refine(main("tensor<?xi32>", call + iota), "")).toBe(
      normal(main("tensor<4xi32>", `${call}%r = stablehlo.iota dim = 0 : tensor<4xi32>`)),
    );
  });
});

it("refines a size without a bound beside one that has one", () => {
  const type = "tensor<?x?xf32, #stablehlo.bounds<4, ?>>";
  const text = program(`%x: ${type}`, `  %r = stablehlo.negate %x : ${type}`, type);
  expect(refine(text, "tensor<3x2xf32>")).toBe(
    normal(program("%x: tensor<3x2xf32>", "  %r = stablehlo.negate %x : tensor<3x2xf32>", "tensor<3x2xf32>")),
  );
});
