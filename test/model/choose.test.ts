import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin, models } from "../../models/index.js";
import { presets } from "../../models/griffin/presets.js";
import { chooseModel, type ModelDefinition } from "../../src/model/index.js";
import { errorText } from "../weights/files.js";

const GOLDEN = join(import.meta.dirname, "../../golden");
/** A definition with these presets alone. */
const withPresets = (...names: readonly string[]): ModelDefinition => ({
  ...griffin,
  presets: Object.fromEntries(names.map((name) => [name, griffin.configure(presets.tiny)])),
});

test("a folder of a checkpoint is of the model that its configuration says", async () => {
  const { name, config } = await chooseModel(models, { model: join(GOLDEN, "mamba-narrow") });
  expect([name, config]).toMatchObject(["mamba", { vocabSize: 96 }]);
});

test("a preset is one of any model", async () => {
  expect((await chooseModel(models, { preset: "tiny" })).config).toEqual(presets.tiny);
});

test("where nothing is chosen it is the only preset of the only model", async () => {
  const only = withPresets("mine");
  expect(await chooseModel([only], {})).toBe(only.presets.mine);
  const none = await errorText(() => chooseModel([withPresets("mine", "yours")], {}));
  expect(none).toBe(
    'usage error: no configuration of model "griffin" given\n  expected: one of model DIR, preset NAME\n  hint:     presets: mine, yours',
  );
  expect(await errorText(() => chooseModel([withPresets("mine"), withPresets()], {}))).toContain(
    "no model given",
  );
  expect(await errorText(() => chooseModel([withPresets()], {}, (name) => `--${name}`))).toBe(
    'usage error: no configuration of model "griffin" given\n  expected: --model DIR, with a config.json',
  );
});

test("both are one too many; options are called as the caller calls them", async () => {
  const both = { model: GOLDEN, preset: "mine" };
  expect(await errorText(() => chooseModel([withPresets("mine")], both, (name) => `--${name}`))).toBe(
    "usage error: --model and --preset are both given\n  expected: one of --model DIR, --preset NAME\n  hint:     presets: mine",
  );
});

test("a preset that no model has", async () => {
  expect(await errorText(() => chooseModel([withPresets("mine")], { preset: "mines" }))).toBe(
    "usage error: preset is not valid\n  expected: mine\n  got:      mines\n  hint:     did you mean mine?",
  );
  expect(await errorText(() => chooseModel([withPresets()], { preset: "mine" }))).toContain(
    "expected: no preset: no model that is known has one",
  );
});
