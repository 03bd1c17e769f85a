import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { knownModels } from "../../src/cli/models.js";
import { checkTrainingCase, trainingCasePrograms } from "../../src/engine/index.js";
import { openTrainingCase } from "../../src/golden/index.js";
import { griffin, griffinJson } from "../cli/griffin.js";
import { useCpu } from "../dsl/cpu.js";
import { bigram } from "../training/bigram.js";
import { errorText, temporaryFolder } from "../weights/files.js";
import { RecordingCache, textsOf } from "./recording-cache.js";
import { type Changes, DESCRIPTION, storeTrainingCase } from "./training-folder.js";

const cpu = useCpu();
const models = [bigram];

/** A case in a folder of its own. */
async function stored(changes: Changes = {}): Promise<string> {
  const folder = join(await temporaryFolder(), "small");
  await storeTrainingCase(folder, changes);
  return folder;
}

const f32 = (values: readonly number[]) =>
  ({ dtype: "f32", shape: [values.length], data: new Uint8Array(Float32Array.from(values).buffer) }) as const;

const options = { models: knownModels(models) };
const check = (folder: string, ...flags: readonly string[]) =>
  griffin(["golden", "check", folder, ...flags], options);

test("a case of training whose numbers are worked out in f64 passes, every gradient and update told", async () => {
  const { exitCode, stdout } = await check(await stored());
  const lines = stdout.split("\n").map((line) => line.replaceAll(/ (?:\S+e-\d+|0)(?= {2})/g, " N"));
  expect(lines.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
    "small (training, f32)",
    " tensor off bound by",
    " loss.first N N 2-norm ok",
    " grad_norm N N 2-norm ok",
    " grad.table.weight N N 2-norm ok",
    " grad.head.bias N N 2-norm ok",
    " grad.head.weight N N 2-norm ok",
    " losses.sgd N N largest ok",
    " update.sgd N N 2-norm ok",
    " update.sgd.table.weight N 2-norm -",
    " update.sgd.head.bias N 2-norm -",
    " update.sgd.head.weight N 2-norm -",
    " losses.adamw N N largest ok",
    " update.adamw N N 2-norm ok",
    " update.adamw.table.weight N 2-norm -",
    " update.adamw.head.bias N 2-norm -",
    " update.adamw.head.weight N 2-norm -",
    " off and bound are relative to the reference's; bounds: f32 against f64",
    " passed",
    "1 passed, 0 failed",
  ]);
  expect(exitCode).toBe(0);
});

test("a check compiles the programs that trainingCasePrograms says, and no others", async () => {
  const golden = await openTrainingCase(await stored(), models);
  const cache = new RecordingCache();
  await checkTrainingCase(cpu.client, golden, { dtype: "f32", cache });
  expect([...cache.texts].sort()).toEqual(textsOf(trainingCasePrograms("cpu", golden, { dtype: "f32" })));
});

describe("a case of which one number is off fails, with exit code 1", () => {
  test.each([
    ["the loss", "loss.first", [1]],
    ["a gradient", "grad.head.bias", [0, 0, 0, 0, 1]],
    ["losses", "losses.sgd", [1.6, 1.6, 1.6]],
    ["a gradient that is no number", "grad.head.bias", [0, 0, 0, 0, Number.NaN]],
    ["what an optimiser makes", "trained.adamw.head.bias", [0, 0, 0, 0, 0]],
    ["what an optimiser makes, no number", "trained.sgd.head.bias", [0, Number.NaN, 0, 0, 0]],
  ])("%s", async (_what, name, values) => {
    const folder = await stored({ tensors: { [name]: f32(values) } });
    const report = (await griffinJson(["golden", "check", folder], options)) as {
      readonly cases: readonly { readonly tensors: readonly { name: string; passed: boolean }[] }[];
    };
    const failed = report.cases[0]!.tensors.filter(({ passed }) => !passed).map((figure) => figure.name);
    expect(failed).toEqual([name.replace(/^trained\.(\w+)\..*$/, "update.$1")]);
    const { exitCode, stdout } = await check(folder);
    expect(exitCode).toBe(1);
    const [, parameter] = /^(?:grad|trained\.\w+)\.(.*)$/.exec(name) ?? [];
    expect(stdout.match(/^.*FAIL\b.*$/m)![0]).toContain(parameter ?? name);
  });
});

describe("what is no case of training", () => {
  const complaint = async (changes: Changes): Promise<string> => {
    const folder = await stored(changes);
    const text = await errorText(async () =>
      checkTrainingCase(cpu.client, await openTrainingCase(folder, models), { dtype: "f32" }),
    );
    return text.replaceAll(folder, "FOLDER");
  };

  test("an optimiser without bounds", async () => {
    const { update_sgd: _, ...tolerance } = DESCRIPTION.tolerance;
    expect(await complaint({ description: { tolerance } })).toBe(
      [
        "golden error: tolerance: no bounds for sgd",
        "  expected: losses_sgd and update_sgd",
        "  got:      loss, grad, losses_sgd, losses_adamw, update_adamw",
        "  at:       FOLDER/train.json",
      ].join("\n"),
    );
  });

  test("a description with other fields", async () => {
    expect(await complaint({ description: { tolerance: { loss: -1 } } })).toContain(
      "golden error: train.json is not as golden/README.md says",
    );
  });

  test("batches that are missing, or unlike each other", async () => {
    expect(await complaint({ tensors: { target_mask: undefined } })).toBe(
      [
        "golden error: target_mask: not an input",
        "  expected: i32 [steps, batch, time + 1], alike for tokens, target_mask and segment_pos",
        "  got:      nothing",
        "  at:       FOLDER/train.safetensors",
      ].join("\n"),
    );
  });

  test("a gradient that the case lacks, or that the model has not", async () => {
    expect(await complaint({ tensors: { "grad.head.bias": undefined } })).toBe(
      [
        "golden error: grad.head.bias: the case has no such f32 tensor of the size computed",
        "  expected: 5 numbers",
        "  got:      nothing",
        "  at:       FOLDER",
      ].join("\n"),
    );
    expect(await complaint({ tensors: { "grad.tail": f32([1]) } })).toBe(
      [
        "golden error: grad.tail: the model has no such parameter, or the case no such optimiser",
        "  at:       FOLDER",
      ].join("\n"),
    );
  });

  test("one that bounds no bf16, asked for in bf16", async () => {
    const { exitCode, stdout } = await check(await stored(), "--dtype", "bf16");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("golden error: the case has no tolerance for bf16");
  });
});
