import { expect, test } from "vitest";
import { griffin } from "../../models/index.js";
import { randomNumbers } from "../../src/tokens/index.js";
import { tiny } from "../engine/tiny.js";

const model = griffin.configure({
  ...tiny,
  vocabSize: 512,
  width: 128,
  mlpExpandedWidth: 384,
  numHeads: 4,
  lruWidth: 192,
  blockTypes: ["recurrent", "recurrent", "attention"],
});

/** Mean and standard deviation of 20,000 numbers. */
function spread(path: string): readonly [number, number] {
  const parameter = model.parameters.find((one) => one.path === path)!;
  const draw = model.training!.initial!(parameter);
  const uniform = randomNumbers(5);
  const values = Array.from({ length: 20_000 }, () => draw(uniform));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
}

/** What init of recurrentgemma 1.0.1 gave for this configuration: mean and standard deviation of each kind of parameter. */
test.each([
  ["embed_tokens.weight", 0, 0.0884],
  ["layers.0.mlp_block.up_proj.weight", 0, 0.0625],
  ["layers.0.mlp_block.gate_proj.weight", 0, 0.0625],
  ["layers.0.mlp_block.down_proj.weight", 0, 0.0417],
  ["layers.0.mlp_block.down_proj.bias", 0, 0],
  ["layers.0.temporal_block.conv_1d.weight", 0, 0.05],
  ["layers.0.temporal_block.linear_x.weight", 0, 0.0884],
  ["layers.0.temporal_block.linear_out.weight", 0, 0.0589],
  ["layers.0.temporal_block.rg_lru.input_gate_weight", 0, 0.0722],
  ["layers.0.temporal_block.rg_lru.input_gate_bias", 0, 0],
  ["layers.0.temporal_block.rg_lru.recurrent_param", -3.23, 0.9226],
  ["layers.2.temporal_block.q_proj.weight", 0, 0.0884],
  ["layers.2.temporal_block.o_proj.weight", 0, 0.0722],
  ["layers.2.channel_pre_norm.weight", 0, 0],
  ["final_norm.weight", 0, 0],
])("before any training, %s is distributed as the reference's", (path, mean, deviation) => {
  const [ourMean, ourDeviation] = spread(path);
  expect(Math.abs(ourMean - mean)).toBeLessThanOrEqual(0.03 * deviation);
  expect(Math.abs(ourDeviation - deviation)).toBeLessThanOrEqual(0.03 * deviation);
});
