import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

const pair = "(tensor<4xf32>, tensor<4xf32>)";
const call = (result: string, x: string, w: string): string =>
  `  %${result}:2 = call @layer(${x}, ${w}) : ${pair} -> ${pair}`;

/** A program of calls of @layer, which gives what goes on and the gradient of its weight. */
const program = (body: string, donated = " {tf.aliasing_output = 1 : i32}"): string =>
  `func.func public @main(%x: tensor<4xf32>, %w: tensor<4xf32>${donated}) -> ${pair} {
${body}
}
func.func private @layer(%x: tensor<4xf32>, %w: tensor<4xf32>) -> ${pair} {
  %0 = stablehlo.multiply %x, %w : tensor<4xf32>
  %1 = stablehlo.multiply %x, %x : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}`;

const update = "  %u = stablehlo.subtract %w, %0#1 : tensor<4xf32>";
const end = (...values: readonly string[]): string =>
  `  return ${values.join(", ")} : tensor<4xf32>, tensor<4xf32>`;

describe("finish-reads", () => {
  it("waits for the last call that reads an argument, and not for the first", () => {
    const text = program(
      [
        call("0", "%x", "%w"),
        call("1", "%0#0", "%w"),
        call("2", "%1#0", "%x"),
        update,
        end("%2#0", "%u"),
      ].join("\n"),
    );
    const barriers = run("finish-reads", text)
      .split("\n")
      .filter((line) => /barrier|subtract/.test(line))
      .map((line) => line.trim());
    expect(barriers).toEqual([
      "%2:2 = stablehlo.optimization_barrier %1#0, %arg1 : tensor<4xf32>, tensor<4xf32>",
      "%4 = stablehlo.subtract %2#1, %0#1 : tensor<4xf32>",
    ]);
  });

  it.each([
    [
      "an argument that is not donated",
      program([call("0", "%x", "%w"), call("1", "%0#0", "%x"), update, end("%1#0", "%u")].join("\n"), ""),
    ],
    [
      "an argument that is not updated after its calls",
      program([call("0", "%x", "%w"), call("1", "%0#0", "%w"), end("%1#0", "%w")].join("\n")),
    ],
    [
      "a call of which no other reads a result",
      program([call("0", "%x", "%w"), update, end("%0#0", "%u")].join("\n")),
    ],
  ])("leaves %s alone", (_, text) => {
    expect(run("finish-reads", text)).toBe(normal(text));
  });
});
