/** @file testModel: the programs of a model against each other, and against golden cases. */
import { checkGoldenCase, openDevice } from "../engine/index.js";
import { formatReport, openCase } from "../golden/index.js";
import type { ConfiguredModel, ModelDefinition } from "../model/index.js";
import { UsageError } from "../support/errors.js";
import { defaultTarget } from "../targets/index.js";
import { suggestion } from "../support/suggest.js";
import { firstDifference, TOLERANCE } from "./close.js";
import { TestFailure } from "./failure.js";
import { InterpretedModel, type Step } from "./interpreted-model.js";
import { randomNumbers } from "./random-numbers.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";

/** What a model is tested with. */
export interface TestModelOptions {
  /** A configuration, small enough for the interpreter; default: the model's first preset. */
  readonly preset?: string;
  /** Tokens of the text, 5 or more; default 12. */
  readonly time?: number;
  /** Of weights and tokens; default 1. */
  readonly seed?: number;
  /** How far logits may be off, relative to numbers above 1; default 2e-5. */
  readonly tolerance?: number;
  /** Folders of golden cases, which are checked in f32 on a plugin. */
  readonly golden?: readonly string[];
  /** Name or path of the plugin for golden cases; default: the CPU's. */
  readonly plugin?: string;
}

export const TEST_MODEL_OPTIONS: OptionNames<TestModelOptions> = {
  preset: true,
  time: true,
  seed: true,
  tolerance: true,
  golden: true,
  plugin: true,
};

/**
 * Tests a model by the interpreter, with weights by formula: its programs give what `forward` gives of the whole text (without that kind:
 * what `prefill` gives of each beginning), read at once, padded in front, in chunks, token by token and side by side with another text;
 * `score` gives it of every position; the best token is that of the largest logit. Then its golden cases.
 * @throws TestFailure for the first program whose numbers are off, and for logits that are NaN; UsageError for an unknown preset; what the
 * model's author throws; GoldenError, CheckpointError, EnvironmentError without a plugin, for golden cases
 */
export async function testModel(definition: ModelDefinition, options: TestModelOptions = {}): Promise<void> {
  checkOptions("testModel", options, TEST_MODEL_OPTIONS);
  checkMembers("testModel", "model", definition, { name: "text", presets: "object", configure: "function" });
  const model = choose(definition, options.preset);
  const { time = 12, seed = 1, tolerance = TOLERANCE } = options;
  if (time < 5)
    throw new UsageError({ message: "testModel: the text is too short", expected: "time: 5 or more" });
  checkPrograms(new InterpretedModel(model, seed), { time, seed, tolerance });
  for (const folder of options.golden ?? []) await checkGolden(definition, folder, options.plugin);
}

function choose({ name, presets }: ModelDefinition, wanted: string | undefined): ConfiguredModel {
  const names = Object.keys(presets);
  const preset = wanted ?? names[0];
  const model = preset !== undefined && Object.hasOwn(presets, preset) ? presets[preset] : undefined;
  if (model !== undefined) return model;
  throw new UsageError({
    message:
      wanted === undefined
        ? `model ${name} has no presets to test`
        : `model ${name} has no preset "${wanted}"`,
    hint: wanted === undefined ? "give it a small one" : suggestion(wanted, names),
  });
}

interface Bounds {
  readonly time: number;
  readonly seed: number;
  readonly tolerance: number;
}

function checkPrograms(model: InterpretedModel, { time, seed, tolerance }: Bounds): void {
  const { vocabSize, programs } = model.generation;
  const text = (which: number): number[] => randomNumbers(seed + which, time, 0, vocabSize).map(Math.floor);
  const [first, second] = [text(1), text(2)];
  const expected = [first, second].map((tokens) => model.allLogits(tokens));
  expected.forEach(checkNumbers);
  const check = (what: string, row: number, position: number, { logits, best }: Step, of = 0): void => {
    const wanted = expected[row]![position]!;
    const got = logits[of]!;
    const at = firstDifference(got, wanted, { tolerance });
    if (at >= 0)
      throw new TestFailure({
        message: `${what}: logit ${at} after token ${position} is not that of the whole text`,
        expected: `${wanted[at]}`,
        got: `${got[at]}`,
      });
    const largest = got.indexOf(Math.max(...got));
    if (best[of] === undefined || best[of] === largest) return;
    throw new TestFailure({
      message: `${what}: the best token after token ${position} is not the one with the largest logit`,
      expected: `${largest}`,
      got: `${best[of]}`,
    });
  };
  const half = Math.floor(time / 2);

  const alone = model.run(programs.prefill, [{ tokens: first.slice(0, half), from: 0 }]);
  check(`${programs.prefill} of ${half} tokens`, 0, half - 1, alone);
  const padded = model.run(programs.prefill, [{ tokens: first.slice(0, half), from: 0 }], { time: half + 3 });
  check(`${programs.prefill} of ${half} tokens, 3 of padding in front`, 0, half - 1, padded);

  const chunk = { tokens: first.slice(half, time - 2), from: half };
  let step = model.run(programs.extend, [chunk], { states: padded.states });
  check(`${programs.extend} of ${chunk.tokens.length} more tokens`, 0, time - 3, step);
  for (let position = time - 2; position < time; position++) {
    const next = { tokens: [first[position]!], from: position };
    step = model.run(programs.decode, [next], { states: step.states });
    check(programs.decode, 0, position, step);
  }

  if (programs.score !== undefined) {
    const rest = { tokens: first.slice(half), from: half };
    const scored = model.run(programs.score, [rest], { states: alone.states });
    for (let i = 0; i < time - half; i++) check(programs.score, 0, half + i, scored, i);
  }

  const short = half - 1;
  const both = [
    { tokens: first.slice(0, half), from: 0 },
    { tokens: second.slice(0, short), from: 0 },
  ];
  const read = model.run(programs.prefill, both);
  check(`${programs.prefill} of two texts`, 0, half - 1, read, 0);
  check(`${programs.prefill} of two texts, the second padded in front`, 1, short - 1, read, 1);
  const next = [
    { tokens: [first[half]!], from: half },
    { tokens: [second[short]!], from: short },
  ];
  const decoded = model.run(programs.decode, next, { states: read.states });
  check(`${programs.decode} of two texts`, 0, half, decoded, 0);
  check(`${programs.decode} of two texts`, 1, short, decoded, 1);
}

/** @throws TestFailure for NaN: programs that all give it agree, and say nothing */
function checkNumbers(text: readonly (readonly number[])[]): void {
  const position = text.findIndex((logits) => logits.some(Number.isNaN));
  if (position < 0) return;
  throw new TestFailure({
    message: `logit ${text[position]!.findIndex(Number.isNaN)} after token ${position} of the whole text is NaN`,
    expected: "numbers",
  });
}

async function checkGolden(
  definition: ModelDefinition,
  folder: string,
  plugin: string | undefined,
): Promise<void> {
  const golden = await openCase(folder, [definition]);
  await using device = await openDevice(plugin ?? defaultTarget.plugin);
  const report = await checkGoldenCase(device.client, golden, { dtype: "f32" });
  if (report.passed) return;
  throw new TestFailure({
    message: `${definition.name} is off in golden case ${golden.name}`,
    details: formatReport(report),
    where: folder,
  });
}
