/**
 * @file From the DSL to StableHLO text, of RecurrentGemma 2B, one program for one target in a process of its own, its weights prepared
 * by another as a model has them: the first time, which pays for Node's own compiling, and the median of several after it. Prints ms,
 * bytes and versions as JSON.
 *
 *     npx jiti bench/compile/lower.ts --program prefill --target cpu [--quick]
 */
import { parseArgs } from "node:util";
import type { CausalKind } from "../../models/causal-kinds.js";
import { griffinProgram } from "../../models/griffin.js";
import { presets } from "../../models/griffin/presets.js";
import { lowerProgram } from "../../src/engine/index.js";
import { printModule } from "../../src/ir/text/index.js";
import { printSide } from "../sides.js";

const { values } = parseArgs({
  options: {
    program: { type: "string", default: "prefill" },
    target: { type: "string", default: "cpu" },
    quick: { type: "boolean", default: false },
  },
});
const { program, target } = values;
const kind = program as CausalKind;
const time = kind === "decode" ? 1 : 2048;

/** Ms it took, and the text. */
function lower(): readonly [number, string] {
  const start = performance.now();
  const traced = griffinProgram(presets["recurrentgemma-2b"], { kind, batch: 1, time, dtype: "bf16" });
  const text = printModule(lowerProgram(traced, { target, prepare: true }).module);
  return [performance.now() - start, text];
}

const [cold, text] = lower();
const warm = Array.from({ length: values.quick ? 3 : 11 }, () => lower()[0]).sort((a, b) => a - b);
printSide({
  figures: { cold, warm: warm[warm.length >> 1]!, bytes: Buffer.byteLength(text) },
  versions: { Node: process.versions.node },
});
