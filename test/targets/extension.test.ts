import { describe, expect, it } from "vitest";
import { axis, input, linearScan, program, type TracedProgram } from "../../src/dsl/index.js";
import { loweringPipeline, lowerProgram, stablehloText } from "../../src/engine/index.js";
import { defineExtension } from "../../src/extension/index.js";
import { parsePipeline, printPipeline } from "../../src/passes/index.js";
import { dropPrints } from "../../src/passes/drop-prints.js";
import {
  defineStrategy,
  defineTarget,
  describeStrategies,
  passesWith,
  resolveTarget,
} from "../../src/targets/index.js";

const scanProgram = (): TracedProgram =>
  program({ name: "scan" }, () => {
    const axes = [axis("batch", 2), axis("time", 12), axis("lru", 4)] as const;
    const [x, a] = [input("x", axes, "f32"), input("a", axes, "f32")];
    return linearScan({ x, a, h0: input("h0", [axes[0], axes[2]], "f32"), axis: "time" });
  });

/** A call of a kernel that does not exist. */
const kernelOf = (name: string, preferredBy: readonly string[] = []) =>
  defineStrategy({
    op: "nn.linear_scan",
    name,
    preferredBy,
    lower: (e, { operands, results }) =>
      e.builder.create(
        "stablehlo.custom_call",
        operands,
        { call_target_name: name },
        { results: results.map(({ type }) => type) },
      ).results,
  });

const kernels = defineExtension({ name: "kernels", strategies: [kernelOf("kernel")] });
const textOf = (options: Parameters<typeof lowerProgram>[1]) =>
  stablehloText(lowerProgram(scanProgram(), options));

describe("a strategy of an extension", () => {
  it("is taken by its name, where it is handed in", () => {
    const options = { scan: "kernel", extensions: [kernels] };
    expect(textOf(options)).toContain("@kernel");
    expect(describeStrategies(options)).toBe(
      "nn.linear_scan kernel, nn.selective_scan sequential, matrix states sequential or chunked, attention banded, nn.causal_conv1d strided, nn.kv_cache_update in place",
    );
    expect(textOf({ extensions: [kernels] })).toBe(textOf({}));
  });

  it("is unknown elsewhere: the error lists what is known", () => {
    expect(() => textOf({ scan: "kernel" })).toThrow(
      `usage error: nn.linear_scan and nn.selective_scan have no strategy "kernel"
  expected: auto, sequential, associative, blocked, strided
  got:      kernel`,
    );
    expect(() => textOf({ scan: "kernels", extensions: [kernels] })).toThrow(
      `usage error: nn.linear_scan and nn.selective_scan have no strategy "kernels"
  expected: auto, sequential, associative, blocked, strided, kernel
  got:      kernels
  hint:     did you mean kernel?`,
    );
    expect(() => textOf({ attention: "kernel", extensions: [kernels] })).toThrow(
      'nn.attention has no strategy "kernel"',
    );
  });

  it("is taken by the targets that prefer it, unless another is asked for", () => {
    const preferred = defineExtension({ name: "fast", strategies: [kernelOf("fast", ["gpu"])] });
    const lower = (target: string, scan?: string) => textOf({ target, scan, extensions: [preferred] });
    expect(lower("gpu")).toContain("@fast");
    expect(lower("cpu")).not.toContain("@fast");
    expect(lower("gpu", "sequential")).not.toContain("@fast");
    expect(describeStrategies({ target: "gpu", extensions: [preferred] })).toContain(
      "nn.linear_scan fast, nn.selective_scan blocked,",
    );
  });

  it("which leaves an op leaves it to the target", () => {
    const none = defineStrategy({ op: "nn.linear_scan", name: "none", lower: () => undefined });
    const extensions = [defineExtension({ name: "none", strategies: [none] })];
    expect(textOf({ scan: "none", extensions })).toBe(textOf({}));
  });

  it("has a name that no other of the op has, and is the only one that a target prefers", () => {
    const other = defineExtension({ name: "others", strategies: [kernelOf("kernel")] });
    expect(() => textOf({ scan: "kernel", extensions: [kernels, other] })).toThrow(
      'usage error: two strategies of nn.linear_scan are called "kernel"\n  expected: extensions whose strategies of an op have different names',
    );
    const both = [kernelOf("a", ["cpu"]), kernelOf("b", ["cpu"])];
    expect(() => textOf({ extensions: [defineExtension({ name: "both", strategies: both })] })).toThrow(
      `usage error: two strategies of nn.linear_scan are preferred by cpu
  expected: one for each op and target
  got:      a, b
  hint:     hand in only one of the extensions`,
    );
  });

  it("is of any op that its option speaks of: others of them are left to the target", () => {
    const chunks = defineStrategy({ op: "nn.delta_rule", name: "mine", lower: () => undefined });
    const options = {
      matrixStates: "mine",
      extensions: [defineExtension({ name: "mine", strategies: [chunks] })],
    };
    expect(describeStrategies(options)).toContain(
      "nn.linear_attention sequential or chunked, nn.delta_rule mine,",
    );
    expect(loweringPipeline(options).filter(({ name }) => name === "lower-by-strategy")).toMatchObject([
      { options: { op: "nn.delta_rule", strategy: "mine" } },
    ]);
    expect(() => loweringPipeline({ ...options, matrixStates: "mime" })).toThrow(
      `usage error: nn.linear_attention and nn.delta_rule have no strategy "mime"
  expected: auto, sequential, chunked, mine
  got:      mime
  hint:     did you mean mine?`,
    );
  });

  it("cannot be called auto", () => {
    expect(() => kernelOf("auto")).toThrow(
      'usage error: a strategy cannot be called "auto"\n  expected: letters, digits, _ and -, and not auto, which leaves the choice to the target',
    );
  });
});

describe("a stage of an extension", () => {
  const steps = [dropPrints.with()];
  const names = (
    stages: Parameters<typeof defineExtension>[0]["stages"] = [],
    target = "cpu",
  ): readonly string[] =>
    loweringPipeline({ target, extensions: [defineExtension({ name: "mine", stages })] }).map(
      ({ name }) => name,
    );

  it("stands right before or after another, one that was added too", () => {
    const usual = names();
    const at = usual.indexOf("lower-model-ops");
    const added = (index: number) => usual.toSpliced(index, 0, "drop-prints");
    expect(names([{ name: "mine", before: "lower", steps }])).toEqual(added(at));
    expect(names([{ name: "mine", after: "lower", steps }])).toEqual(added(at + 1));
    expect(names([{ name: "mine", after: "clean-up", steps }])).toEqual([...usual, "drop-prints"]);
    const two = [
      { name: "mine", after: "lower", steps: [] },
      { name: "second", after: "mine", steps },
    ];
    expect(names(two)).toEqual(added(at + 1));
  });

  it("is of the targets that it names", () => {
    const stages = [{ name: "mine", before: "lower", steps, targets: ["tpu"] }];
    expect(names(stages)).toEqual(names());
    expect(names(stages, "tpu")).toHaveLength(names([], "tpu").length + 1);
  });

  it("is an error beside a stage that is not there, and with the name of one that is", () => {
    expect(() => names([{ name: "mine", before: "lowr", steps }])).toThrow(
      `usage error: stage "mine" stands beside a stage that the pipeline has not
  expected: decompose, simplify, fuse, prepare, layout, outline, split-rows, asked-for, lower, products, clean-up
  got:      before lowr
  hint:     did you mean lower?`,
    );
    expect(() => names([{ name: "lower", after: "fuse", steps }])).toThrow(
      'usage error: two stages of the pipeline are called "lower"\n  expected: a name beside decompose, simplify,',
    );
  });
});

describe("a target of an extension", () => {
  const extensions = [
    defineExtension({ name: "toys", targets: [defineTarget({ name: "toy", platforms: ["TOY"] })] }),
  ];

  it("is found by its name where it is handed in, and told of in errors", () => {
    expect(resolveTarget("toy", extensions).target).toBe(extensions[0]!.targets[0]);
    expect(() => resolveTarget("toys", extensions)).toThrow("did you mean toy?");
    expect(() => resolveTarget("abacus", extensions)).toThrow("known: cpu, gpu, cuda, rocm, tpu, toy, TOY");
    expect(() => resolveTarget("toy")).toThrow('there is no target "toy"');
  });

  it("may not have a name of another", () => {
    const gpus = defineExtension({ name: "gpus", targets: [defineTarget({ name: "cuda" })] });
    expect(() => resolveTarget("cuda", [gpus])).toThrow(
      `usage error: two targets are called cuda
  expected: names and platforms that no other target has
  got:      targets of stablegriffin and gpus`,
    );
  });
});

describe("pipelines as text", () => {
  it("name passes, targets and strategies of extensions", () => {
    const toy = defineTarget({ name: "toy" });
    const extensions = [defineExtension({ ...kernels, targets: [toy] })];
    const text = printPipeline(loweringPipeline({ target: "toy", scan: "kernel", extensions }));
    expect(text).toContain("lower-by-strategy{op=nn.linear_scan strategy=kernel}");
    expect(text).toContain("lower-model-ops{target=toy}");
    expect(printPipeline(parsePipeline(text, passesWith(extensions)))).toBe(text);
    expect(() => parsePipeline(text, passesWith([]))).toThrow('option "target" of decompose-added');
  });

  it("refuse two passes of a name", () => {
    expect(() => passesWith([defineExtension({ name: "mine", passes: [dropPrints] })])).toThrow(
      `usage error: two passes are called drop-prints
  expected: a name that no other pass has
  got:      passes of stablegriffin and mine`,
    );
  });
});

it("an extension is called like a package", () => {
  expect(defineExtension({ name: "@me/my-kernels" }).name).toBe("@me/my-kernels");
  expect(() => defineExtension({ name: "my kernels" })).toThrow(
    'usage error: an extension cannot be called "my kernels"\n  expected: the name of its package, e.g. my-kernels',
  );
});
