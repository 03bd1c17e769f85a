import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GriffinConfig } from "../../models/griffin.js";
import type { Model, ModelOptions } from "../../src/engine/index.js";
import { Session } from "../../src/serving/index.js";
import { useCpu } from "../dsl/cpu.js";
import {
  forwardLogits,
  loadTiny,
  maxDifference,
  positionsOf,
  rmsDifference,
  runOnce,
  someTokens,
  tiny,
  tinyHawk,
} from "./tiny.js";

const cpu = useCpu();
/** Logits reach 15, where an f32 step is 1e-6. */
const TOLERANCE = 2e-5;
const tokens = someTokens(1, 30);

let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

it.each([8, 30])("a prompt read in chunks of %d gives what a full forward gives", async (chunk) => {
  const [expected] = (await forwardLogits(model, [tokens])) as [Float32Array[]];
  using session = new Session(model, 1, { chunk });
  let [logits] = await session.prefill([tokens.slice(0, 29)]);
  expect(maxDifference(logits!, expected[28]!)).toBeLessThan(TOLERANCE);
  [logits] = await session.decode([tokens[29]!]);
  expect(maxDifference(logits!, expected[29]!)).toBeLessThan(TOLERANCE);
});

describe("models of other shapes", () => {
  it.each([
    [
      "two taps of convolution, attention first",
      { conv1dTemporalWidth: 2, blockTypes: ["attention", "recurrent"] },
    ],
    ["a window of one token, one head", { attentionWindowSize: 1, numHeads: 1 }],
    [
      "whole heads rotated, attention only",
      { partialRotaryFactor: 1, blockTypes: ["attention", "attention"] },
    ],
    ["a window of the prompt, eight taps", { attentionWindowSize: 9, conv1dTemporalWidth: 8, numHeads: 4 }],
  ] as const satisfies readonly (readonly [string, Partial<GriffinConfig>])[])(
    "%s: prefill and decode are the forward pass",
    async (_, changes) => {
      using other = await loadTiny(cpu.client, {}, { ...tiny, ...changes });
      const row = tokens.slice(0, 13);
      const [whole] = (await forwardLogits(other, [row])) as [Float32Array[]];
      using session = new Session(other, 1, { chunk: 9 });
      let [logits] = await session.prefill([row.slice(0, 9)]);
      expect(maxDifference(logits!, whole[8]!)).toBeLessThan(TOLERANCE);
      for (let t = 9; t < 13; t++) {
        [logits] = await session.decode([row[t]!]);
        expect(maxDifference(logits!, whole[t]!), `position ${t}`).toBeLessThan(TOLERANCE);
      }
    },
  );
});

describe("how it is computed changes nothing", () => {
  const layers = { kind: "forward", batch: 2, time: 21, probes: true } as const;
  const inputs = {
    tokens: [someTokens(20, 21), someTokens(21, 21)],
    positions: [positionsOf(21), positionsOf(-4, 10, 7)],
  };
  const variants: readonly (readonly [string, ModelOptions])[] = [
    ["sequential, dense", { scan: "sequential", attention: "dense" }],
    ["associative, banded", { scan: "associative", attention: "banded" }],
    ["blocked, dense", { scan: "blocked", scanBlock: 4, attention: "dense" }],
    ["sequential by one", { scan: "sequential", scanUnroll: 1 }],
    ["for the TPU", { target: "tpu" }],
    ["for GPUs", { target: "gpu" }],
    ["gates not fused", { fuseGates: false }],
    ["nothing prepared", { prepare: false }],
    ["gates not fused, nothing prepared", { fuseGates: false, prepare: false }],
  ];

  it.each(variants)("%s", async (_, options) => {
    const usual = await runOnce(model, layers, inputs);
    using other = await loadTiny(cpu.client, options);
    const values = await runOnce(other, layers, inputs);
    expect([...values.keys()]).toEqual(["logits", "layers.0.output", "layers.1.output"]);
    for (const [name, value] of values)
      expect(maxDifference(value, usual.get(name)!), name).toBeLessThan(TOLERANCE);
  });

  it("without soft cap, scale and attention the same holds", async () => {
    using hawk = await loadTiny(cpu.client, {}, tinyHawk);
    using other = await loadTiny(
      cpu.client,
      { scan: "associative", fuseGates: false, prepare: false },
      tinyHawk,
    );
    const values = await runOnce(other, layers, inputs);
    for (const [name, value] of await runOnce(hawk, layers, inputs)) {
      expect(maxDifference(value, values.get(name)!), name).toBeLessThan(TOLERANCE);
    }
  });

  it.each(["bf16", "f16"] as const)("%s is near f32, and its state is f32", async (dtype) => {
    using half = await loadTiny(cpu.client, { dtype });
    const [expected] = (await forwardLogits(model, [tokens])) as [Float32Array[]];
    const [logits] = (await forwardLogits(half, [tokens])) as [Float32Array[]];
    const differences = logits.map((row, t) => rmsDifference(row, expected[t]!));
    expect(Math.max(...differences)).toBeLessThan(dtype === "bf16" ? 0.25 : 0.03);
    expect(Math.max(...differences)).toBeGreaterThan(0);
    const { results } = half.lower({ kind: "decode", batch: 1, time: 1 });
    const types = results
      .filter(({ role }) => role === "state")
      .map(({ name, elementType }) => [name.split(".").at(-1), elementType]);
    expect(Object.fromEntries(types)).toEqual({
      num_tokens: "i32",
      tail: dtype,
      state: "f32",
      keys: dtype,
      values: dtype,
    });
  });
});
