import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import { kindNames, presetNames } from "../../models/names.js";
import { knownModels } from "../../src/cli/models.js";

test("names that help tells without loading a model are those of all models", () => {
  const { presets, kinds } = knownModels(models);
  expect({ presets: presetNames, kinds: kindNames }).toEqual({ presets, kinds });
});

test("no preset, name or type of checkpoints belongs to two models", () => {
  const all = models.flatMap(({ name, modelTypes, presets }) => [
    ...new Set([name, ...modelTypes, ...Object.keys(presets)]),
  ]);
  expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
});
