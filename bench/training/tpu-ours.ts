/**
 * @file Our side of the benchmark of a TPU's step: a step of training of the 2B Griffin for a TPU that is not there, compiled by libtpu and counted: bf16, SGD, one row, every residual
 * block computed again for its gradient, parameters in bf16 and donated. Prints figures as JSON.
 *
 *     npx jiti bench/training/tpu-ours.ts --topology v5e:2x2 [--time 2048]
 */
import { parseArgs } from "node:util";
import { griffin } from "../../models/index.js";
import { presets } from "../../models/griffin/presets.js";
import { countModule, moduleFromProto } from "../../src/cost/index.js";
import { costRequest, lowerProgram } from "../../src/engine/index.js";
import { installPlugin, Plugin, PLUGIN_WHEELS } from "../../src/runtime-pjrt/index.js";
import { constantRate, sgd, trainStep } from "../../src/training/index.js";
import { printSide } from "../sides.js";
import { timed } from "../timed.js";
import { leastMs } from "../tpu/compare.js";
import { figuresOf } from "../tpu/figures.js";

const { values } = parseArgs({
  options: {
    topology: { type: "string", default: "v5e:2x2" },
    time: { type: "string", default: "2048" },
  },
});
const target = `tpu:${values.topology}`;
const plugin = await Plugin.load(await installPlugin("tpu"));
using topology = await plugin.createTopology(values.topology);

const start = performance.now();
const step = trainStep(griffin.configure(presets["recurrentgemma-2b"]), {
  batch: 1,
  time: Number(values.time),
  dtype: "bf16",
  stored: "bf16",
  guard: "loss",
  tellsNorm: false,
  optimizer: sgd(constantRate(1e-3)),
});
const request = costRequest(lowerProgram(step, { target, prepare: false }).module, target);
const lowerMs = performance.now() - start;
const [compiled, compileMs, coreMs] = await timed(() => topology.compile(request));
using program = compiled;

const memory = program.memoryStats();
const counted = figuresOf(countModule(moduleFromProto(program.optimizedHlo()!)));
printSide({
  figures: {
    "lower ms": lowerMs,
    "compile ms": compileMs,
    "compile core ms": coreMs,
    "least ms": leastMs(counted, values.topology.split(":")[0]!),
    temporaries: memory.temporary,
    arguments: memory.arguments,
    results: memory.results - memory.aliased,
    ...counted,
  },
  versions: { libtpu: PLUGIN_WHEELS.libtpu.version },
});
