import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

const [cache, row, rows] = ["tensor<1x8x4xf32>", "tensor<1x1x4xf32>", "tensor<1x4x4xf32>"];

/** A program of a cache, one row for it, and four. */
const program = (...body: readonly string[]): string =>
  `func.func public @main(%cache: ${cache}, %row: ${row}, %at: tensor<1x1xi32>, %rows: ${rows}, %those: tensor<1x4xi32>) -> (${cache}, ${cache}) {
${body.map((line) => `  ${line}`).join("\n")}
}`;

const read = `%read = stablehlo.exponential %cache : ${cache}`;
const update = `%new = "nn.kv_cache_update"(%cache, %row, %at) : (${cache}, ${row}, tensor<1x1xi32>) -> ${cache}`;
const end = `return %read, %new : ${cache}, ${cache}`;

describe("finish-cache-reads", () => {
  it("updates a cache after all that read it", () => {
    const other = `%other = stablehlo.add %cache, %read : ${cache}`;
    expect(run("finish-cache-reads", program(read, other, update, end))).toBe(
      normal(
        program(
          read,
          other,
          `%held:3 = stablehlo.optimization_barrier %read, %other, %cache : ${cache}, ${cache}, ${cache}`,
          `%new = "nn.kv_cache_update"(%held#2, %row, %at) : (${cache}, ${row}, tensor<1x1xi32>) -> ${cache}`,
          end,
        ),
      ),
    );
  });

  it.each([
    ["a cache that is read after its update", program(update, read, end)],
    ["a cache that is given out as it was", program(update, `return %cache, %new : ${cache}, ${cache}`)],
    ["a cache that nothing reads", program(update, `return %new, %new : ${cache}, ${cache}`)],
    [
      "an update of half of the cache",
      program(
        read,
        `%new = "nn.kv_cache_update"(%cache, %rows, %those) : (${cache}, ${rows}, tensor<1x4xi32>) -> ${cache}`,
        end,
      ),
    ],
  ])("leaves %s alone", (_, text) => {
    expect(run("finish-cache-reads", text)).toBe(normal(text));
  });
});
