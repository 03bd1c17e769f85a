import { describe, expect, it } from "vitest";
import type { CausalKind } from "../../models/causal-kinds.js";
import { griffinProgram } from "../../models/griffin.js";
import { axis, input, parameter, program, rmsNorm, scope, softplus, state } from "../../src/dsl/index.js";
import {
  type LoweringOptions,
  loweringPipeline,
  lowerProgram,
  stablehloText,
} from "../../src/engine/index.js";
import { printPipeline } from "../../src/passes/index.js";
import { walk } from "../../src/ir/operation.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { UsageError } from "../../src/support/errors.js";
import { tiny } from "./tiny.js";

const lowerTiny = (kind: CausalKind, options: LoweringOptions = {}) =>
  lowerProgram(
    griffinProgram(tiny, { kind, batch: 2, time: kind === "decode" ? 1 : 6, dtype: "bf16" }),
    options,
  );

/** The passes of a pipeline with their options, one a line. */
const passes = (options: LoweringOptions = {}): string[] =>
  loweringPipeline(options).map((step) => printPipeline([step]));

describe("loweringPipeline", () => {
  it("goes from fused gates over strategies to StableHLO", () => {
    const essential = ["inline", "fuse-rglru-gates", "hoist-parameters", "lower-model-ops", "dce"];
    const names = passes({ prepare: true }).map((pass) => pass.split("{")[0]!);
    expect(names.filter((name) => essential.includes(name))).toEqual(essential);
    expect(names.at(-1)).toBe("dce");
  });

  it("lowers what was asked for by name before the target's rules", () => {
    const asked = passes({ scan: "blocked", scanBlock: 16, attention: "dense", target: "tpu:v5e:2x2" });
    const from = asked.indexOf("lower-linear-scan{strategy=blocked block=16}");
    expect(asked.slice(from, from + 4)).toEqual([
      "lower-linear-scan{strategy=blocked block=16}",
      "lower-selective-scan{strategy=blocked block=16}",
      "lower-attention{strategy=dense sums=product in-place-up-to=0}",
      "lower-model-ops{target=tpu}",
    ]);
    const unrolled = passes({ scan: "sequential", scanUnroll: 2, target: "cuda" });
    expect(unrolled).toContain("lower-linear-scan{strategy=sequential unroll=2}");
    expect(unrolled).toContain("lower-model-ops{target=gpu}");
  });

  it("has the target's rules alone for what is auto", () => {
    const names = passes({ scan: "auto" }).map((pass) => pass.split("{")[0]!);
    expect(names.filter((name) => name.startsWith("lower-"))).toEqual(["lower-model-ops"]);
  });

  it("leaves out what is turned off", () => {
    const without = passes({ fuseGates: false });
    expect(without).not.toContain("fuse-rglru-gates");
    expect(without).not.toContain("hoist-parameters");
  });

  it.each([
    [{ strideTime: 0 }, 'option "factor" of strided-time is not valid', "at least 1", "0"],
    [
      { scan: "sequential", scanUnroll: 0 },
      'option "unroll" of lower-linear-scan is not valid',
      "at least 1",
      "0",
    ],
    [
      { scan: "blocked", scanBlock: 1 },
      'option "block" of lower-linear-scan is not valid',
      "at least 2",
      "1",
    ],
  ] as const)("refuses %j with words", (options, message, expected, got) => {
    expect(() => loweringPipeline(options)).toThrow(new UsageError({ message, expected, got }));
  });

  it("knows its targets", () => {
    expect(() => loweringPipeline({ target: "abacus" })).toThrow(UsageError);
  });
});

describe("lowerProgram", () => {
  const small = () =>
    program({ name: "small" }, () => {
      const model = axis("model", 4);
      const x = input("x", [axis("batch", 2), model], "f32");
      const scale = scope("norm", () => parameter("weight", [model], "f32"));
      const total = state("total", [model], "f32");
      total.update(total.value.add(1));
      return { y: rmsNorm(x, softplus(scale), { epsilon: 1e-6, offset: 1 }).add(total.value) };
    });

  it("says what each argument and result means, what depends on weights alone computed apart", () => {
    const { name, arguments: args, results, preparations } = lowerProgram(small(), { prepare: true });
    expect(name).toBe("small");
    const value = preparations[0]!.results[0]!.name;
    expect(value).toMatch(/^[0-9a-f]{16}$/);
    expect(args.map(({ role, name, axes }) => `${role} ${name} [${axes.join(", ")}]`)).toEqual([
      "input x [batch, model]",
      "state total [model]",
      `prepared ${value} [0]`,
    ]);
    expect(results.map(({ role, name }) => `${role} ${name}`)).toEqual(["output y", "state total"]);
    expect(preparations.map((prepare) => prepare.name)).toEqual(["prepare"]);
    const [prepare] = preparations;
    expect(prepare!.arguments.map(({ role, name, axes }) => `${role} ${name} [${axes.join(", ")}]`)).toEqual([
      "parameter norm.weight [model]",
    ]);
    expect(prepare!.results.map(({ role, name, axes }) => `${role} ${name} [${axes.join(", ")}]`)).toEqual([
      `output ${value} [0]`,
    ]);
    expect(prepare!.preparations).toEqual([]);
  });

  it("keeps the order of arguments and prepares nothing unless told so", () => {
    const { arguments: args, preparations } = lowerProgram(small());
    expect(args.map(({ role, name }) => `${role} ${name}`)).toEqual([
      "input x",
      "parameter norm.weight",
      "state total",
    ]);
    expect(preparations).toEqual([]);
  });

  it("never uses a program up: in any order, each target gets the text that a fresh program gets", () => {
    const choices: readonly LoweringOptions[] = [
      {},
      { target: "tpu", prepare: true },
      { scan: "sequential" },
      { scan: "associative" },
      { target: "gpu", fuseGates: false },
      {},
    ];
    const trace = () => griffinProgram(tiny, { kind: "prefill", batch: 2, time: 16, dtype: "f32" });
    const textsOf = (options: LoweringOptions, traced: ReturnType<typeof trace>) => {
      const lowered = lowerProgram(traced, options);
      return [lowered, ...lowered.preparations].map(({ module }) => printModule(module));
    };
    const one = trace();
    const before = printModule(one.module);
    for (const options of choices) expect(textsOf(options, one)).toEqual(textsOf(options, trace()));
    expect(printModule(one.module)).toBe(before);
  });

  it("writes layers once wherever their scopes stand, and whatever they are called", () => {
    const [batch, model] = [axis("batch", 2), axis("model", 4)];
    const layers = (name: string) =>
      [0, 1, 2].reduce(
        (x, i) =>
          scope(`${name}${i}`, () =>
            rmsNorm(softplus(x.add(1)).mul(softplus(x.sub(1))), parameter("weight", [model], "f32"), {
              epsilon: 1e-6,
            }).add(x),
          ),
        input("x", [batch, model], "f32"),
      );
    const functionsIn = (body: () => ReturnType<typeof layers>) =>
      [...stablehloText(lowerProgram(program({ name: "p" }, () => ({ y: body() })))).matchAll(/call @(\w+)/g)]
        .map(([, name]) => name)
        .filter((name) => /^(layers|stage)_/.test(name!));
    expect(functionsIn(() => layers("layers."))).toEqual(["layers_0", "layers_0", "layers_0"]);
    expect(functionsIn(() => scope("model", () => layers("layers.")))).toEqual([
      "layers_0",
      "layers_0",
      "layers_0",
    ]);
    expect(functionsIn(() => scope("a", () => scope("b.7", () => layers("stage"))))).toEqual([
      "stage_0",
      "stage_0",
      "stage_0",
    ]);
  });

  it("has no text that leaves the preparing half out", () => {
    const half = lowerProgram(small(), { prepare: true });
    expect(() => stablehloText(half)).toThrow(
      [
        "usage error: the text of small would be half a program",
        "  expected: a program that runs by itself",
        "  got:      one whose arguments a preparing program computes from 1 of the parameters",
        "  hint:     lower it without `prepare`; or print all: printModule(lowered.module), and that of each of lowered.preparations",
      ].join("\n"),
    );
    expect(stablehloText(half.preparations[0]!)).toContain("func.func public @main");
  });

  it("donates each state to the result that follows it", () => {
    const text = stablehloText(lowerTiny("decode"));
    const { arguments: args, results } = lowerTiny("decode");
    const states = results.flatMap(({ role, name }, i) => (role === "state" ? [[name, i] as const] : []));
    const aliased = [...text.matchAll(/griffin\.state = "([^"]+)", tf\.aliasing_output = (\d+) : i32/g)];
    expect(aliased.map(([, name, index]) => [name, Number(index)])).toEqual(states);
    expect(args.filter(({ role }) => role === "state")).toHaveLength(states.length);
  });

  it.each(["forward", "prefill", "extend", "decode", "score"] as const)(
    "%s becomes StableHLO only, which prints, parses and verifies",
    (kind) => {
      const lowered = lowerTiny(kind, { prepare: true });
      expect(lowered.preparations).toHaveLength(1);
      for (const { module } of [lowered, ...lowered.preparations]) {
        const dialects = new Set([...walk(module)].map(({ name }) => name.split(".")[0]));
        expect([...dialects].sort()).toEqual(["builtin", "func", "stablehlo"]);
        const text = printModule(module);
        const parsed = parseModule(text);
        verifyModule(parsed);
        expect(printModule(parsed)).toBe(text);
      }
    },
  );

  it("tells of every pass in order, of the program and then of what it has prepared", () => {
    const seen: string[] = [];
    lowerProgram(small(), { prepare: true }, ({ name }) => seen.push(name));
    const names = [true, false].flatMap((prepare) => passes({ prepare }).map((pass) => pass.split("{")[0]));
    expect(seen).toEqual(names);
  });

  it("decode has no loop and no sum over time left", () => {
    const ops = [...walk(lowerTiny("decode").module)].map(({ name }) => name);
    expect(ops).not.toContain("stablehlo.while");
  });
});
