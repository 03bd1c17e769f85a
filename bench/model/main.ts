/**
 * @file The 88M Griffin on the CPU plugin: prefill and decode in tokens per second, time to compile; with --reference the same
 * of recurrentgemma's Flax code in the same run, and the ratios.
 *
 *     npx jiti bench/model/main.ts [--dtype f32|bf16] [--time 1024] [--plugin NAME] [--reference PYTHON]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { griffinParameters, type GriffinConfig } from "../../models/griffin.js";
import { griffinPattern } from "../../models/presets.js";
import { GriffinModel } from "../../src/engine/index.js";
import { findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { Session } from "../../src/serving/index.js";
import { formulaCheckpoint } from "../../src/weights/index.js";
import { printTable, python, time } from "../timing.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string", default: "f32" },
    time: { type: "string", default: "1024" },
    plugin: { type: "string", default: "cpu" },
    reference: { type: "string" },
  },
});
const dtype = values.dtype as "f32" | "bf16";
const tokens = Number(values.time);

/** 88.4M parameters: the configuration the reference was measured with. */
const config: GriffinConfig = {
  vocabSize: 32_000,
  width: 768,
  mlpExpandedWidth: 2304,
  numHeads: 6,
  lruWidth: 768,
  blockTypes: griffinPattern(9),
  attentionWindowSize: 512,
  embeddingsScaleBySqrtDim: true,
  logitsSoftCap: 30,
  conv1dTemporalWidth: 4,
  ropeTheta: 10_000,
  partialRotaryFactor: 0.5,
  rmsNormEps: 1e-6,
};

interface Speed {
  readonly prefill: number;
  readonly decode: number;
  readonly compile: number;
}

async function ours(): Promise<Speed> {
  const { path } = await findPlugin(values.plugin, { install: true });
  const plugin = await Plugin.load(path);
  await using client = await plugin.createClient();
  const ids = { bosId: 2, eosIds: [1], padId: 0 };
  const checkpoint = formulaCheckpoint({ ...config, ...ids, dtype }, 0, griffinParameters(config));
  using model = await GriffinModel.load(client, checkpoint, { dtype });
  const prompt = Array.from({ length: tokens }, (_, i) => (i * 7919) % config.vocabSize);
  const { compileMs } = await model.program({ kind: "prefill", batch: 1, time: tokens });
  const prefill = await time(5, async () => {
    using session = new Session(model, 1, { chunk: tokens });
    await session.prefill([prompt]);
  });
  using session = new Session(model, 1, { chunk: tokens });
  await session.prefill([prompt]);
  const decode = await time(50, async () => void (await session.decode([5])));
  return { prefill: (tokens * 1000) / prefill.min, decode: 1000 / decode.min, compile: compileMs / 1000 };
}

const mine = await ours();
const script = fileURLToPath(new URL("./reference.py", import.meta.url));
const reference =
  values.reference === undefined
    ? undefined
    : await python<Speed>(values.reference, script, [dtype, values.time]);
const ratio = (a: number, b: number | undefined): string => (b === undefined ? "-" : (a / b).toFixed(2));
printTable([
  {
    [`88M ${dtype}`]: `prefill of ${tokens}, tokens/s`,
    ours: mine.prefill.toFixed(0),
    flax: reference?.prefill.toFixed(0) ?? "-",
    ratio: ratio(mine.prefill, reference?.prefill),
  },
  {
    [`88M ${dtype}`]: "decode, tokens/s",
    ours: mine.decode.toFixed(1),
    flax: reference?.decode.toFixed(1) ?? "-",
    ratio: ratio(mine.decode, reference?.decode),
  },
  {
    [`88M ${dtype}`]: "compile of the prefill, s",
    ours: mine.compile.toFixed(2),
    flax: reference?.compile.toFixed(2) ?? "-",
    ratio: reference === undefined ? "-" : (reference.compile / mine.compile).toFixed(2),
  },
]);
