import { expect, test } from "vitest";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { runPipeline } from "../../src/passes/index.js";
import { cpu } from "../../src/targets/cpu.js";
import { gpu } from "../../src/targets/gpu.js";
import { lowerModelOps } from "../../src/targets/lower-model-ops.js";
import { tpu } from "../../src/targets/tpu/index.js";

/** A cache's update of these sizes, lowered for a target. */
function lowered(target: typeof cpu, batch: number, slots: number, time: number, channels: number): string {
  const [ring, rows] = [slots, time].map((size) => `tensor<${batch}x${size}x${channels}xf32>`);
  const positions = `tensor<${batch}x${time}xi32>`;
  const module = parseModule(`module {
    func.func @main(%ring: ${ring}, %rows: ${rows}, %positions: ${positions}) -> ${ring} {
      %0 = "nn.kv_cache_update"(%ring, %rows, %positions) : (${ring}, ${rows}, ${positions}) -> ${ring}
      return %0 : ${ring}
    }
  }`);
  runPipeline(module, [lowerModelOps(target)]);
  verifyModule(module);
  return printModule(module);
}

test.each([
  [0, 8, 5, 4],
  [0, 8, 1, 4],
  [0, 4, 8, 4],
  [2, 8, 5, 0],
  [2, 8, 1, 0],
])("a ring without elements is updated: batch %i, %i slots, %i tokens, %i channels", (...sizes) => {
  for (const target of [cpu, gpu, tpu]) expect(lowered(target, ...sizes)).not.toContain("nn.");
});
