import { describe, expect, it } from "vitest";
import type { Value } from "../../../src/ir/operation.js";
import type { ModelOpName, OperationOf } from "../../../src/ir/ops/index.js";
import type { Emitter } from "../../../src/ir/emit.js";
import type { LoweringRule } from "../../../src/targets/rules.js";
import { tpu } from "../../../src/targets/tpu/index.js";
import { useCpu } from "../../dsl/cpu.js";
import { normal, run } from "../../passes/text.js";
import { randomNumbers } from "../../../src/testing/random-numbers.js";
import { expectClose, type OpCase, rounded, runOps } from "../../lowering/ops.js";

const cpu = useCpu();

/** The form for matrix units; a test whose rows are too few for it must fail. */
const rule = (e: Emitter, op: OperationOf<ModelOpName>): readonly Value[] => {
  const lowering = tpu.rules[op.name as ModelOpName] as LoweringRule<ModelOpName> | undefined;
  const values = lowering?.lower(e, op);
  if (values === undefined) throw new Error(`${op.name} has no form for matrix units here`);
  return values;
};

/** The op by its meaning and by products of matrices. */
async function check(one: OpCase, element: "f32" | "bf16", tolerance: number): Promise<void> {
  const [expected, got] = await runOps(cpu.client, [one, { ...one, rule: rule as never }]);
  expected!.forEach((values, r) => {
    expectClose(got![r]!, values, `result ${r} of ${one.op}`, element, tolerance);
  });
}

const numbers = (seed: number, count: number, element: "f32" | "bf16"): number[] =>
  rounded(randomNumbers(seed, count, -2, 2), element);

describe("forms made of products of matrices equal the meaning", () => {
  it.each([
    ["f32", 1e-5],
    ["bf16", 1e-2],
  ] as const)("rms_norm in %s", async (element, tolerance) => {
    const operands = [
      { shape: [2, 32, 24], element, data: numbers(1, 2 * 32 * 24, element) },
      { shape: [24], element, data: numbers(2, 24, element) },
    ];
    await check(
      { op: "nn.rms_norm", operands, attributes: { epsilon: 1e-6, offset: 1 } },
      element,
      tolerance,
    );
  });

  it.each([
    ["half of each head, f32", 4, "f32", 2e-5],
    ["a whole head, f32", 8, "f32", 2e-5],
    ["half of each head, bf16", 4, "bf16", 1e-2],
  ] as const)("rotary of %s", async (_, dims, element, tolerance) => {
    const positions = Array.from({ length: 64 }, (_, i) => (i === 5 ? -1 : (i * 7) % 50));
    const operands = [
      { shape: [2, 32, 3, 8], element, data: numbers(3, 2 * 32 * 24, element) },
      { shape: [2, 32], element: "i32" as const, data: positions },
    ];
    await check(
      { op: "nn.rotary", operands, attributes: { dims, base: 10_000, position_dims: [0, 1] } },
      element,
      tolerance,
    );
  });
});

const gates = (rows: number): string => `
func.func @main(%x: tensor<1x${rows}x6xf32>, %w: tensor<2x3x6xf32>, %bias: tensor<2x6xf32>, %c: tensor<6xf32>, %reset: tensor<1x${rows}xi1>) -> (tensor<1x${rows}x6xf32>, tensor<1x${rows}x6xf32>) {
  %z = "nn.block_diagonal_dot"(%x, %w) : (tensor<1x${rows}x6xf32>, tensor<2x3x6xf32>) -> tensor<1x${rows}x12xf32>
  %0:2 = "griffin.rg_lru_gates"(%x, %z, %bias, %c, %reset) <{heads = 2 : i64}> : (tensor<1x${rows}x6xf32>, tensor<1x${rows}x12xf32>, tensor<2x6xf32>, tensor<6xf32>, tensor<1x${rows}xi1>) -> (tensor<1x${rows}x6xf32>, tensor<1x${rows}x6xf32>)
  return %0#0, %0#1 : tensor<1x${rows}x6xf32>, tensor<1x${rows}x6xf32>
}`;

describe("lower-model-ops{target=tpu}", () => {
  it("makes one product of each gate, whose columns are that gate's", () => {
    const text = run("lower-model-ops{target=tpu},dce", gates(64));
    expect(text.match(/stablehlo\.dot_general/g)).toHaveLength(2);
    expect(text.match(/\(tensor<1x64x2x3xf32>, tensor<2x3x3xf32>\) -> tensor<2x1x64x3xf32>/g)).toHaveLength(
      2,
    );
  });

  it("gives the same numbers as the meaning", async () => {
    const rows = 64;
    const values = [[1, rows, 6], [2, 3, 6], [2, 6], [6]].map((shape, i) => ({
      shape,
      data: randomNumbers(
        i,
        shape.reduce((a, b) => a * b, 1),
        i === 3 ? -4 : -1,
        i === 3 ? -0.05 : 1,
      ),
    }));
    const reset = Uint8Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? 1 : 0));
    const compute = async (pipeline: string): Promise<number[][]> => {
      const f32 = { elementType: "f32", dimensions: [1, rows, 6] } as const;
      using executable = await cpu.client.compile({
        program: run(pipeline, gates(rows)),
        signature: {
          arguments: [
            ...values.map(({ shape }) => ({ elementType: "f32" as const, dimensions: shape })),
            { elementType: "i1", dimensions: [1, rows] },
          ],
          results: [f32, f32],
        },
      });
      const buffers = await Promise.all([
        ...values.map(({ shape, data }) =>
          cpu.client.toDevice({ elementType: "f32", dimensions: shape, data: Float32Array.from(data) }),
        ),
        cpu.client.toDevice({ elementType: "i1", dimensions: [1, rows], data: reset }),
      ]);
      const results = await executable.execute(buffers);
      const read = await Promise.all(
        results.map(async (result) => [...new Float32Array((await result.toHost()).buffer)]),
      );
      for (const buffer of [...buffers, ...results]) buffer.close();
      return read;
    };
    const [meaning, products] = [
      await compute("lower-model-ops"),
      await compute("lower-model-ops{target=tpu}"),
    ];
    products.forEach((result, r) => {
      expectClose(result, meaning[r]!, `result ${r}`, "f32", 1e-5);
    });
  });

  it("leaves few rows to the meaning: they do not fill the unit", () => {
    expect(run("lower-model-ops{target=tpu}", gates(8))).toBe(run("lower-model-ops", gates(8)));
  });
});

describe("barrier-dots", () => {
  const narrowing = (rows: number): string => `
func.func @main(%x: tensor<${rows}x8xf32>, %y: tensor<${rows}x8xf32>, %w: tensor<4x8xf32>) -> tensor<${rows}x4xf32> {
  %0 = stablehlo.multiply %x, %y : tensor<${rows}x8xf32>
  %1 = stablehlo.dot_general %0, %w, contracting_dims = [1] x [1] : (tensor<${rows}x8xf32>, tensor<4x8xf32>) -> tensor<${rows}x4xf32>
  return %1 : tensor<${rows}x4xf32>
}`;

  it("finishes a product of rows before the product of matrices that narrows it", () => {
    expect(run("barrier-dots", narrowing(256))).toBe(
      normal(`
func.func @main(%x: tensor<256x8xf32>, %y: tensor<256x8xf32>, %w: tensor<4x8xf32>) -> tensor<256x4xf32> {
  %0 = stablehlo.multiply %x, %y : tensor<256x8xf32>
  %1 = stablehlo.optimization_barrier %0 : tensor<256x8xf32>
  %2 = stablehlo.dot_general %1, %w, contracting_dims = [1] x [1] : (tensor<256x8xf32>, tensor<4x8xf32>) -> tensor<256x4xf32>
  return %2 : tensor<256x4xf32>
}`),
    );
  });

  it("has no barrier for few rows", () => {
    expect(run("barrier-dots", narrowing(8))).toBe(normal(narrowing(8)));
  });
});
