/** @file Compiling for devices that are not there. */
import { Profiler } from "../extensions/profiler.js";
import { Topology } from "../topology.js";
import { isLibtpu } from "../tpu-host.js";
import { type Check, checks, holds, same, SkippedCheck, withTopologyCompiler } from "./check.js";
import { addition } from "./programs.js";

const TPU_TOPOLOGIES = { "v4:2x2x1": 8, "v5e:2x2": 4, "v6e:2x2": 4 } as const;

function describedTopology(name: string, devices: number): Check["run"] {
  return async ({ plugin }) => {
    if (!isLibtpu(plugin.path)) throw new SkippedCheck("not a TPU plugin");
    using topology = await plugin.createTopology(name);
    same(topology.devices.length, devices, "devices");
    using program = await topology.compile(addition());
    holds(program.serialize().length > 0, "serialised to nothing");
    holds((program.costAnalysis().flops as number) > 0, "no flops");
    holds(program.memoryStats().generatedCode > 0, "no code");
    holds(program.optimizedHlo() !== undefined, "no HLO");
  };
}

export const TOPOLOGY_CHECKS: readonly Check[] = [
  ...checks(
    "topology",
    Object.fromEntries(
      Object.entries(TPU_TOPOLOGIES).map(([name, devices]) => [
        `compiles for ${name}`,
        describedTopology(name, devices),
      ]),
    ),
  ),
  ...checks("topology", {
    "serialised and read back": async ({ plugin, client }) => {
      using topology = isLibtpu(plugin.path) ? await plugin.createTopology("v5e:2x2") : client().topology;
      using copy = await withTopologyCompiler(() => Topology.deserialize(plugin, topology.serialize()));
      same(copy.devices.length, topology.devices.length);
      same(copy.fingerprint, topology.fingerprint, "fingerprint");
    },
  }),
  ...checks("profiler", {
    "records a trace": ({ plugin }) => {
      using profiler = Profiler.create(plugin);
      profiler.start();
      const trace = profiler.stop();
      holds(trace.length > 0, "the trace is empty");
    },
  }),
];
