/** @file The one table of differentiation: every op has a rule, is constant, or is listed with the reason why it has no gradient. */
import type { OpName } from "../../ir/ops/index.js";
import type { Differentiability } from "../rule.js";
import { batchNormRules } from "./batch-norm.js";
import { binaryRules } from "./binary.js";
import { chloRules } from "./chlo.js";
import { controlRules, structuralRules } from "./control.js";
import { convolutionRules } from "./convolution.js";
import { dotRules } from "./dot.js";
import { fftRules } from "./fft.js";
import { gatherRules } from "./gather.js";
import { linearAlgebraRules } from "./linear-algebra.js";
import { modelRules } from "./model.js";
import { movementRules } from "./movement.js";
import { otherRules } from "./other.js";
import { reduceRules } from "./reduce.js";
import { unaryRules } from "./unary.js";
import { windowRules } from "./window.js";

/** A rule, or the lack of one, for every op: an op without does not compile. */
export const differentiability: { readonly [K in OpName]: Differentiability<K> } = {
  ...structuralRules,
  ...unaryRules,
  ...binaryRules,
  ...movementRules,
  ...dotRules,
  ...convolutionRules,
  ...reduceRules,
  ...windowRules,
  ...gatherRules,
  ...controlRules,
  ...linearAlgebraRules,
  ...fftRules,
  ...batchNormRules,
  ...chloRules,
  ...modelRules,
  ...otherRules,
};

/** What the table says of an op by its name; undefined for one of an added dialect. */
export const differentiabilityOf = (name: string): Differentiability<OpName> | undefined =>
  (differentiability as unknown as Readonly<Record<string, Differentiability<OpName>>>)[name];

/** Whether nothing of an op's results depends on its operands in a way that has a gradient. */
export const isConstantOp = (name: string): boolean => differentiabilityOf(name)?.kind === "constant";
