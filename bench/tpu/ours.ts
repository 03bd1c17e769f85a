/**
 * @file One program of ours, lowered, compiled by libtpu for a TPU that is not there, and counted. Prints figures as JSON.
 *
 *     npx jiti bench/tpu/ours.ts prefill v5e:2x2
 */
import { countModule, moduleFromProto } from "../../src/cost/index.js";
import { costRequest, lowerProgram } from "../../src/engine/index.js";
import { installPlugin, Plugin, PLUGIN_WHEELS } from "../../src/runtime-pjrt/index.js";
import { printSide } from "../sides.js";
import { timed } from "../timed.js";
import { figuresOf } from "./figures.js";
import { PROGRAMS, type ProgramName } from "./programs.js";

const [name, topologyName] = process.argv.slice(2) as [ProgramName, string];
const target = `tpu:${topologyName}`;
const plugin = await Plugin.load(await installPlugin("tpu"));
using topology = await plugin.createTopology(topologyName);

const start = performance.now();
const request = costRequest(lowerProgram(PROGRAMS[name](), { target, prepare: true }).module, target);
const lowerMs = performance.now() - start;
const [compiled, compileMs, coreMs] = await timed(() => topology.compile(request));
using program = compiled;

const memory = program.memoryStats();
printSide({
  figures: {
    "lower ms": lowerMs,
    "compile ms": compileMs,
    "compile core ms": coreMs,
    results: memory.results - memory.aliased,
    temporaries: memory.temporary,
    ...figuresOf(countModule(moduleFromProto(program.optimizedHlo()!))),
  },
  versions: { libtpu: PLUGIN_WHEELS.libtpu.version },
});
