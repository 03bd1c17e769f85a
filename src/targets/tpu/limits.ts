/** @file What libtpu is known to fail on, besides what no plugin takes. */
import { formatType } from "../../ir/types.js";
import { commonLimits } from "../common-limits.js";
import { findType, type Limit } from "../limits.js";

const refuseNarrowTypes: Limit = (operation) => {
  const type = findType(operation, (element) => element === "i2" || element === "ui2");
  if (type === undefined) return undefined;
  return {
    constraint: "target_i2",
    message: `${formatType(type)} cannot be laid out on a TPU`,
    hint: "use i4 or i8 there",
  };
};

const refuseTolerance: Limit = (operation) => {
  const { result_accuracy: accuracy } = operation.attributes as {
    readonly result_accuracy?: { readonly mode: string };
  };
  if (accuracy?.mode !== "TOLERANCE") return undefined;
  return {
    constraint: "target_accuracy",
    message: "the TPU has no implementation that keeps a tolerance",
    hint: "use mode HIGHEST",
  };
};

export const tpuLimits: readonly Limit[] = [...commonLimits, refuseNarrowTypes, refuseTolerance];
