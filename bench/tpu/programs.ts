/** @file The programs that are looked at, as ours; reference.py has the reference's of the same names. */
import type { CausalKey } from "../../models/causal-program.js";
import { griffinProgram } from "../../models/griffin.js";
import { presets } from "../../models/griffin/presets.js";
import { axis, input, linearScan, type TracedProgram, program, state } from "../../src/dsl/index.js";

const axes = [axis("batch", 1), axis("time", 4096), axis("lru", 2560)] as const;
const [batch, , channels] = axes;

/** h[t] = a[t] h[t-1] + x[t], from zeros, as the reference's; the last h is not asked for apart. */
const scan = (): TracedProgram =>
  program({ name: "scan", state: "dropped" }, () => {
    const x = input("x", axes, "f32");
    const a = input("a", axes, "f32");
    return { y: linearScan({ x, a, h0: state("h", [batch, channels], "f32").value, axis: "time" }).y };
  });

/** Reads x and a, writes as much as x: what no scan can beat. */
const elementwise = (): TracedProgram =>
  program({ name: "elementwise" }, () => {
    const x = input("x", axes, "f32");
    return { y: x.mul(input("a", axes, "f32")).add(x) };
  });

const model = (options: Pick<CausalKey, "kind" | "batch" | "time">) => (): TracedProgram =>
  griffinProgram(presets["recurrentgemma-2b"], { ...options, dtype: "bf16" });

/** By name; each is traced when it is called. */
export const PROGRAMS = {
  elementwise,
  scan,
  prefill: model({ kind: "prefill", batch: 1, time: 2048 }),
  "decode-1": model({ kind: "decode", batch: 1, time: 1 }),
  "decode-16": model({ kind: "decode", batch: 16, time: 1 }),
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** What people call them. */
export const TITLES: Readonly<Record<ProgramName, string>> = {
  elementwise: "one elementwise pass, [1, 4096, 2560] f32",
  scan: "scan, [1, 4096, 2560] f32",
  prefill: "2B, prefill of 2048",
  "decode-1": "2B, decode, batch 1",
  "decode-16": "2B, decode, batch 16",
};

/** Names of the programs. */
export const programNames = Object.keys(PROGRAMS) as readonly ProgramName[];
