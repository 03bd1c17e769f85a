/** @file What a transformer's parameters are before any training. */
import { type InitialNumber, normalNumber, type Parameter, sameNumber } from "../../src/model/index.js";

/** A normal distribution of deviation 0.02; biases are 0, scales of norms `norm`. */
export const transformerInitial =
  (norm: number) =>
  (_config: unknown, { path }: Parameter): InitialNumber => {
    if (path.endsWith("bias")) return sameNumber(0);
    return path.endsWith("norm.weight") ? sameNumber(norm) : normalNumber(0.02);
  };

/** Matrices decay; embeddings, biases and norms do not. */
export const decays = ({ path, shape }: Parameter): boolean =>
  shape.length > 1 && !path.startsWith("embed_tokens");
