/** @file Parameter paths <-> names of tensors in the Hugging Face layout: behind `model.`, the output's projection aside. */
import type { TensorNames } from "../../src/model/index.js";

const PREFIX = "model.";
const HEAD = "lm_head.";

export const transformerNames: TensorNames = {
  nameOf: ({ path, shape }) => ({ name: path.startsWith(HEAD) ? path : PREFIX + path, shape }),
  pathOf({ name, shape }) {
    if (name.startsWith(HEAD)) return { path: name, shape };
    return name.startsWith(PREFIX) ? { path: name.slice(PREFIX.length), shape } : undefined;
  },
  // Of models whose output's projection is the embedding some uploads hold a copy.
  ignored: { "lm_head.weight": "the model's head is its embedding" },
};
