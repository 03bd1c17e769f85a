/** @file Ranges of a Griffin's weights where they are computed by formula (golden/README.md). */
import type { FormulaRanges } from "../../src/model/index.js";

/** The first rule that a tensor's name fits decides. A small embedding under a large final norm keeps greedy decoding from repeating its input. */
export const griffinFormula: FormulaRanges = ({ name, shape }) => {
  if (name === "model.embed_tokens.weight") return { offset: 0, scale: 0.1 * Math.sqrt(3 / shape.at(-1)!) };
  if (name === "model.final_norm.weight") return { offset: 29, scale: 6 };
  if (name.endsWith("norm.weight")) return { offset: 0, scale: 0.2 };
  if (name.endsWith(".recurrent_param")) return { offset: -6.65, scale: 2.35 };
  if (name.endsWith("bias")) return { offset: 0, scale: 0.1 };
  return undefined;
};
