import { describe, expect, it } from "vitest";
import { findFunction } from "../../src/ir/analysis/symbols.js";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { elementCount, isInteger, type TensorType } from "../../src/ir/types.js";
import { targets } from "../../src/targets/index.js";
import { numbersOf } from "../../src/testing/close.js";
import { run } from "../passes/text.js";

describe("positions of any integers", () => {
  /** One token, or several, of each op that reads positions: its operands' types but for the positions, which are `P`. */
  const ops = {
    "nn.kv_cache_update": { operands: ["1x8x4xf32", "1xTx4xf32", "1xTxP"], attributes: "" },
    "nn.attention": {
      operands: ["1xTx2x4xf32", "1xTx4xf32", "1xTx4xf32", "1xTxP", "1x8x4xf32", "1x8x4xf32", "1xP"],
      attributes: " <{scale = 0.5 : f32}>",
    },
    "nn.causal_conv1d": {
      operands: ["1xTx4xf32", "4x4xf32", "4xf32", "1xTxP", "1x3x4xf32"],
      attributes: " <{axis = 1 : i64}>",
    },
    "nn.rotary": {
      operands: ["1xTx4xf32", "1xTxP"],
      attributes: " <{base = 100.0 : f32, dims = 4 : i64, position_dims = array<i64: 0, 1>}>",
    },
  } as const;

  function program(op: keyof typeof ops, positions: string, time: number): string {
    const { operands, attributes } = ops[op];
    const types = operands.map((type) => `tensor<${type.replace("T", `${time}`).replace("P", positions)}>`);
    const results = op === "nn.causal_conv1d" ? [types[0], types[4]] : [types[0]];
    const names = types.map((_, i) => `%${i}`);
    const values = results.map((_, i) => (results.length === 1 ? "%r" : `%r#${i}`)).join(", ");
    return `func.func @main(${types.map((type, i) => `%${i}: ${type}`).join(", ")}) -> (${results.join(", ")}) {
  %r${results.length === 1 ? "" : `:${results.length}`} = "${op}"(${names.join(", ")})${attributes} : (${types.join(", ")}) -> (${results.join(", ")})
  return ${values} : ${results.join(", ")}
}`;
  }

  /** Results of @main as numbers; positions count up from 5, other numbers differ. */
  function compute(text: string): readonly number[] {
    const module = parseModule(text);
    const { inputs } = findFunction(module, "main")!.attributes.function_type;
    const values = (inputs as readonly TensorType[]).map((type, a) => {
      const number = (i: number): number => (isInteger(type.element) ? 5 + i : Math.sin(1.7 * i + a));
      return elementsFromNumbers(
        type,
        Array.from({ length: elementCount(type.shape) }, (_, i) => number(i)),
      );
    });
    return interpretFunction(module, "main", values).flatMap(numbersOf);
  }

  const cases = Object.keys(ops).flatMap((op) =>
    ["i8", "i64", "ui32"].flatMap((positions) =>
      [1, 5, 40].map((time) => [op as keyof typeof ops, positions, time] as const),
    ),
  );

  it.each(cases)("%s of %s, %d tokens, by the rules of every target", (op, positions, time) => {
    const pipelines = targets.map(({ name }) => `lower-model-ops{target=${name}}`);
    for (const pipeline of ["lower-model-ops", ...pipelines]) {
      const [given, expected] = [positions, "i32"].map((type) =>
        compute(run(pipeline, program(op, type, time))),
      );
      expect(given, pipeline).toEqual(expected);
    }
  });
});
