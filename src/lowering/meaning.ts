/** @file What every op means that is not StableHLO's own: those of models, and chlo's. */
import type { FindDecomposition } from "../ir/decompositions.js";
import { findChloMeaning } from "./chlo/index.js";
import { findMeaning } from "./decompose/index.js";

/** The meaning of a model op, or of a chlo op of static shape, in the form in which the interpreter takes it. */
export const findAnyMeaning: FindDecomposition = (name) => findMeaning(name) ?? findChloMeaning(name);
