import { describe, expect, it } from "vitest";
import {
  axis,
  input,
  linearAttention,
  linearScan,
  parameter,
  program,
  type TracedProgram,
} from "../../src/dsl/index.js";
import { costRequest, loweringPipeline, lowerProgram, stablehloText } from "../../src/engine/index.js";
import { shapeOf } from "../../src/ir/emit.js";
import { printPipeline } from "../../src/passes/index.js";
import { UsageError } from "../../src/support/errors.js";
import {
  allPasses,
  commonLimits,
  defineTarget,
  describeStrategies,
  type LoweringOptions,
  type LoweringRule,
  scanRule,
  targets,
} from "../../src/targets/index.js";
import { parsePipeline } from "../../src/passes/index.js";

const scanProgram = (time = 12): TracedProgram =>
  program({ name: "scan" }, () => {
    const [batch, steps, lru] = [axis("batch", 2), axis("time", time), axis("lru", 4)];
    const x = input("x", [batch, steps, lru], "f32");
    const a = parameter("a", [batch, steps, lru], "f32");
    return linearScan({ x, a, h0: input("h0", [batch, lru], "f32"), axis: "time" });
  });

/** Ops of a text by name, without those that only bring values. */
const opsOf = (text: string): readonly string[] =>
  [...text.matchAll(/= "?(stablehlo\.\w+)/g)]
    .map(([, name]) => name!)
    .filter((name) => !name.endsWith("constant"));

describe("defineTarget", () => {
  it("a target of which nothing is known lowers every op by its meaning, with limits that all plugins have", () => {
    const plain = defineTarget({ name: "abacus" });
    expect(plain).toMatchObject({ platforms: ["abacus"], plugin: "abacus", rules: {}, limits: commonLimits });
    const names = loweringPipeline({ target: plain }).map(({ name }) => name);
    expect(names).toContain("lower-model-ops");
    expect(stablehloText(lowerProgram(scanProgram(), { target: plain }))).toContain("stablehlo.while");
    expect(describeStrategies({ target: plain })).toBe(
      "scan by meaning, matrix states by meaning, attention by meaning",
    );
  });

  it("what it asks its compiler for goes with each program, by what the program takes", () => {
    const target = defineTarget({
      name: "abacus",
      compilerFlags: ({ arguments: args }) => ({ abacus_rods: args.length }),
    });
    const lowered = lowerProgram(scanProgram(), { target });
    expect(lowered.compilerFlags).toEqual({ abacus_rods: 3 });
    expect(costRequest(lowered.module, target).options).toEqual({ preferredFlags: { abacus_rods: 3 } });
    expect(lowerProgram(scanProgram()).compilerFlags).toEqual({});
  });

  it("its rules are taken, a kernel as a custom_call among them, and what they leave becomes its meaning", () => {
    const kernel: LoweringRule<"nn.linear_scan"> = {
      name: "kernel",
      lower(e, op) {
        if (shapeOf(op.operands[0]!)[1]! < 8) return undefined;
        const results = op.results.map(({ type }) => type);
        const attributes = { call_target_name: "toy_scan" };
        const call = e.builder.create("stablehlo.custom_call", op.operands, attributes, { results });
        return call.results;
      },
    };
    const toy = defineTarget({
      name: "toy",
      platforms: ["toy", "toy-emulator"],
      rules: { "nn.linear_scan": kernel },
    });
    expect(opsOf(stablehloText(lowerProgram(scanProgram(12), { target: toy })))).toEqual([
      "stablehlo.custom_call",
    ]);
    expect(opsOf(stablehloText(lowerProgram(scanProgram(4), { target: toy })))).not.toContain(
      "stablehlo.custom_call",
    );
    expect(describeStrategies({ target: toy })).toBe(
      "nn.linear_scan kernel, nn.selective_scan by meaning, matrix states by meaning, attention by meaning",
    );
  });

  it("recurrences with matrix states are computed in chunks where that is asked for, or what the target prefers", () => {
    const states = program({ name: "states" }, () => {
      const [time, key, channel] = [axis("time", 6), axis("key", 2), axis("channel", 3)] as const;
      const row = input("row", [time, key], "f32");
      const given = {
        value: input("value", [time, channel], "f32"),
        logDecay: input("logDecay", [time], "f32"),
      };
      const { y } = linearAttention({
        ...{ query: row, key: row, ...given, state: input("state", [key, channel], "f32") },
        axes: { time: "time", key: "key", value: "channel" },
      });
      return { y };
    });
    const loops = (options: LoweringOptions): number =>
      stablehloText(lowerProgram(states, options)).split("stablehlo.while").length - 1;
    expect(loops({ matrixStates: "sequential", target: "gpu" })).toBe(1);
    expect(loops({ matrixStates: "chunked", matrixStatesChunk: 2 })).toBe(1);
    expect(loops({ matrixStates: "chunked" })).toBe(0);
    expect(loops({ target: "gpu" })).toBe(0);
    expect(describeStrategies({ target: "tpu", matrixStates: "sequential" })).toContain(
      "matrix states sequential, attention banded, nn.causal_conv1d strided,",
    );
    expect(() => loweringPipeline({ matrixStates: "chunked", matrixStatesChunk: 12 })).toThrow(
      `usage error: option "chunk" of lower-matrix-states is not valid
  expected: a power of two
  got:      12`,
    );
  });

  it.each([
    [{ scanBlock: 8 }, 'scan "blocked", or no scanBlock', 'scan "auto", scanBlock 8', "--scan blocked"],
    [
      { scan: "associative", scanUnroll: 2 },
      'scan "sequential", or no scanUnroll',
      'scan "associative", scanUnroll 2',
      "--scan sequential",
    ],
    [
      { matrixStates: "sequential", matrixStatesChunk: 16 },
      'matrixStates "chunked", or no matrixStatesChunk',
      'matrixStates "sequential", matrixStatesChunk 16',
      "--matrix-states chunked",
    ],
  ] as const)("the size of a strategy that is not asked for is refused: %o", (options, wanted, got, flag) => {
    const [, size] = /no (.*)/.exec(wanted)!;
    expect(() => loweringPipeline(options)).toThrow(
      `usage error: ${size} is a size of another strategy than is asked for
  expected: ${wanted}
  got:      ${got}
  hint:     ask for ${flag.split(" ")[1]} by name, ${flag} on the command line`,
    );
  });

  it("what is told is of those ops that programs have", () => {
    const told = (scan: string, ...ops: readonly string[]) =>
      describeStrategies({ target: "tpu", scan }, new Set(ops));
    expect(told("auto", "nn.linear_scan", "nn.delta_rule", "nn.kv_cache_update", "nn.silu")).toBe(
      "scan strided, matrix states chunked, nn.kv_cache_update in place",
    );
    expect(told("auto", "nn.linear_scan", "nn.selective_scan")).toBe(
      "nn.linear_scan strided, nn.selective_scan blocked",
    );
    expect(told("associative", "nn.linear_scan", "nn.selective_scan")).toBe("scan associative");
    expect(told("auto", "nn.silu")).toBe("");
  });

  it("what is asked for by name comes before its rules", () => {
    const toy = defineTarget({
      name: "toy",
      rules: { "nn.linear_scan": scanRule({ strategy: "sequential", unroll: 1 }) },
    });
    const text = stablehloText(lowerProgram(scanProgram(), { target: toy, scan: "associative" }));
    expect(text).not.toContain("stablehlo.while");
    expect(text).toBe(stablehloText(lowerProgram(scanProgram(), { target: "gpu" })));
  });

  it("stages of its own replace the standard ones", () => {
    const bare = defineTarget({ name: "bare", stages: () => [] });
    expect(printPipeline(loweringPipeline({ target: bare }))).toBe("");
  });

  it("refuses a name that could not be told from a topology", () => {
    expect(() => defineTarget({ name: "toy:1" })).toThrow(
      new UsageError({
        message: 'a target cannot be called "toy:1"',
        expected: "letters, digits, _ and -",
      }),
    );
  });
});

describe("scan asked for by name", () => {
  it("is what auto is on the target whose rule it is", () => {
    const lower = (target: string, scan: "auto" | "sequential" | "associative" | "strided") =>
      stablehloText(lowerProgram(scanProgram(100), { target, scan }));
    expect(lower("cpu", "sequential")).toBe(lower("cpu", "auto"));
    expect(lower("gpu", "associative")).toBe(lower("gpu", "auto"));
    expect(lower("tpu", "strided")).toBe(lower("tpu", "auto"));
  });
});

describe("the pipeline of a target", () => {
  it.each(targets)("of $name is read back from its text", (target) => {
    for (const time of [1, 100]) {
      const text = printPipeline(
        loweringPipeline({ target, scan: "blocked", scanBlock: 4, prepare: true }, time),
      );
      expect(printPipeline(parsePipeline(text, allPasses))).toBe(text);
    }
  });
});
