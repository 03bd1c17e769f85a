/**
 * @file Names of what the models of this package have, for help: told without loading a model. A further model adds its presets and kinds here,
 * and itself to the list in index.ts; test/models/names.test.ts holds the two together.
 */
import { causalKinds } from "./causal-kinds.js";
import { gemma2Presets } from "./gemma2/presets.js";
import { presets as griffinPresets } from "./griffin/presets.js";
import { llamaPresets } from "./llama/presets.js";
import { mamba2Presets } from "./mamba2/presets.js";
import { rwkv7Presets } from "./rwkv7/presets.js";
import { mambaPresets } from "./mamba/presets.js";
import { minGruPresets } from "./mingru/presets.js";

const namesOf = (records: readonly Readonly<Record<string, unknown>>[]): readonly string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
];

/** Names of presets, of all models. */
export const presetNames: readonly string[] = namesOf([
  griffinPresets,
  llamaPresets,
  gemma2Presets,
  mambaPresets,
  mamba2Presets,
  minGruPresets,
  rwkv7Presets,
]);
/** Names of kinds of programs, of all models. */
export const kindNames: readonly string[] = namesOf([causalKinds]);
