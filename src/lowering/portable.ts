/** @file What programs become before they are written as portable artifacts, which hold StableHLO alone. */
import { isPure } from "../ir/analysis/effects.js";
import { Builder } from "../ir/builder.js";
import { type Operation, walk } from "../ir/operation.js";
import { findOp, isOp } from "../ir/ops/index.js";
import { eraseOperation, replaceOperation } from "../ir/rewriter.js";
import { compareVersions, oldestVersion, type Version } from "../ir/versions.js";
import { decomposeChlo } from "./chlo/index.js";

const composite = findOp("stablehlo.composite");
const firstWithComposites = composite?.since ?? oldestVersion;
const firstWithRegions = composite?.revision?.since ?? oldestVersion;

/** Constants of MLIR's arithmetic dialect: tensors become StableHLO's, and what nobody uses goes. */
function replaceArithConstants(module: Operation): void {
  for (const operation of [...walk(module)]) {
    if (!isOp(operation, "arith.constant")) continue;
    const { value } = operation.attributes;
    if (operation.result.users.size === 0 && isPure(operation)) eraseOperation(operation);
    else if (value.kind === "elements" && value.value.type.element !== "index")
      replaceOperation(
        operation,
        Builder.before(operation).create("stablehlo.constant", [], { value: value.value }).results,
      );
  }
}

/**
 * Brings a module into the form in which jax.export writes artifacts: no chlo, of which the ops that XLA has code of its own for are
 * composites where readers of `target` (the newest version unless it is given) know these, and no arith. What has no meaning in StableHLO is left.
 */
export function lowerForArtifact(module: Operation, target?: string): void {
  const knows = (since: Version): boolean => target === undefined || compareVersions(target, since) >= 0;
  replaceArithConstants(module);
  decomposeChlo(module, { composites: knows(firstWithComposites), regions: knows(firstWithRegions) });
}
