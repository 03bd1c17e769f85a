/** @file Parameter paths of a Griffin <-> names and shapes of its tensors in checkpoints of the Hugging Face layout. */
import type { TensorNames } from "../../src/model/index.js";
import { namesBehind } from "../checkpoint-names.js";
import { flaxNames, torchNames } from "./published-names.js";

const names = namesBehind("model.");

export const griffinNames: TensorNames = {
  ...names,
  // Its head is its embedding: it has no parameter for a copy that some uploads hold.
  pathOf: (tensor) => (tensor.name.startsWith("model.") ? names.pathOf(tensor) : undefined),
  others: { torch: torchNames, flax: flaxNames },
};
