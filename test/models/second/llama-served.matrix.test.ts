import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { models as own } from "../../../models/index.js";
import { loadArtifact, openArtifact } from "../../../src/artifact/index.js";
import { checkGoldenCase, exportModel, Model } from "../../../src/engine/index.js";
import { knownModels } from "../../../src/cli/models.js";
import { formatReport, openCase } from "../../../src/golden/index.js";
import { configureCheckpoint } from "../../../src/model/index.js";
import { TestFailure, testModel } from "../../../src/testing/index.js";
import { openCheckpoint, readConfigFiles } from "../../../src/weights/index.js";
import { sharedFolder } from "../../artifact/exported.js";
import { griffin, griffinJson, type RunOptions } from "../../cli/griffin.js";
import { useCpu } from "../../dsl/cpu.js";
import { compiledInThisRun } from "../../engine/tiny.js";
import { generated, rowOf } from "../../serving/generated.js";
import { small } from "./llama-config.js";
import { COUNT, continued, prompts } from "./continued.js";
import { llama } from "./llama-definition.js";
import { storeCase, storeLlama, untilEnd } from "./stored.js";

const cpu = useCpu();
const models = [llama];
const f32 = { dtype: "f32", cache: compiledInThisRun } as const;
const folder = await sharedFolder();
const [stored, artifact] = [join(folder, "stored"), join(folder, "artifact")];
let expected: number[][] = [];

beforeAll(async () => {
  await storeLlama(stored);
  expected = await continued();
});

describe("a model of one's own, through the engine as it is", () => {
  it("continues prompts read in chunks, side by side, as plain loops do", async () => {
    const definition = configureCheckpoint(await readConfigFiles(stored), models);
    await using checkpoint = await openCheckpoint(stored);
    using model = await Model.load(cpu.client, definition, checkpoint, { cache: compiledInThisRun });
    const tokens = await generated(model, prompts, { maxNewTokens: COUNT, chunk: 16 });
    expect([rowOf(tokens, 0), rowOf(tokens, 1)]).toEqual(expected);
  });

  it("is exported, and gives the same tokens from the artifact, which needs no definition", async () => {
    await exportModel({ folder: stored, models }, artifact, { batch: 2, chunk: 16, samplers: false });
    using model = await loadArtifact(artifact, cpu.client, { cache: compiledInThisRun });
    const tokens = await generated(model, prompts, { maxNewTokens: COUNT });
    expect([rowOf(tokens, 0), rowOf(tokens, 1)]).toEqual(expected);
    await using open = await openArtifact(artifact);
    expect(open.manifest.model).toMatchObject({ name: "llama", config: small });
  });

  it.each([
    ["from a file", false],
    ["by formula", true],
  ])("is held to a golden case of its own: weights %s, probes and tokens", async (name, formula) => {
    const place = join(folder, name);
    await storeCase(place, { formula });
    const golden = await openCase(place, models);
    const report = await checkGoldenCase(cpu.client, golden, { ...f32, chunk: 3 });
    expect(report.passed, formatReport(report).join("\n")).toBe(true);
    expect(report.tensors.map((tensor) => [tensor.name, tensor.rule])).toEqual([
      ["logits", "max"],
      ["block.0.stream", "max"],
      ["block.1.stream", "max"],
      ["generated_logits", "max"],
    ]);
    expect(report.tokens).toMatchObject({ count: 12, identical: 12 });
  });

  it("fails a golden case whose numbers are others", async () => {
    const place = join(folder, "off");
    await storeCase(place, { formula: true, off: 2e-4 });
    const report = await checkGoldenCase(cpu.client, await openCase(place, models), { ...f32, chunk: 3 });
    expect(
      report.tensors.filter(({ passed }) => !passed).map((tensor) => [tensor.name, tensor.worst?.index]),
    ).toEqual([["logits", [0, 0, 3]]]);
  });

  it("has programs that agree; testModel goes on to its golden cases, and finds the one that is off", async () => {
    const off = join(folder, "wrong case");
    await storeCase(off, { formula: true, off: 2e-4 });
    // Of a size that the interpreter is quick with.
    const tiny = llama.configure({ ...small, depth: 1, width: 8, inner: 8, context: 8 });
    const error = await testModel({ ...llama, presets: { tiny } }, { time: 5, golden: [off] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TestFailure);
    expect((error as TestFailure).message).toMatch(
      /^test failure: llama is off in golden case .*wrong case\n {2}at: .*wrong case\n/,
    );
  });
});

describe("the command line that is handed the model", () => {
  const options: RunOptions = { models: knownModels(models) };
  const json = (...args: readonly string[]) => griffinJson(args, options);
  const asIds = prompts.flatMap((prompt) => ["--tokens", prompt.join(",")]);

  it("says in its help what it is called and has", async () => {
    const { stdout } = await griffin(["lower", "--help"], options);
    const text = stdout.replace(/\s+/g, " ");
    expect(text).toContain("a published or a tiny size, without weights: small ");
    expect(text).toContain("one of read, continue, next, everything ");
  });

  it("lowers it", async () => {
    const { stdout, stderr, exitCode } = await griffin(
      ["lower", "--preset", "small", "--program", "next"],
      options,
    );
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain('griffin.input = "ids"');
  });

  it("continues prompts with it", async () => {
    const summary = await json(
      "generate",
      "--model",
      stored,
      ...asIds,
      "--max-new-tokens",
      String(COUNT),
      "--chunk",
      "16",
    );
    expect(summary).toMatchObject({ rows: expected.map((tokens) => ({ tokens: untilEnd(tokens) })) });
  });

  it("without it, says which it knows", async () => {
    const others = own.filter(({ modelTypes }) => !modelTypes.includes("llama"));
    const { exitCode, stderr } = await griffin(["lower", "--model", stored], { models: knownModels(others) });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("recurrent_gemma");
  });
});
