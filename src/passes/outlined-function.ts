/** @file An operation as a private function of its own. */
import { operationKey, ValueNumbers } from "../ir/analysis/structural-key.js";
import { Builder } from "../ir/builder.js";
import { type Location, unknownLocation } from "../ir/location.js";
import type { Operation } from "../ir/operation.js";
import { cloneRegion, makeBlock, makeOperation, makeRegion } from "../ir/rewriter.js";
import { formatType, functionType } from "../ir/types.js";

/** Equal for ops that compute the same from operands of the same types: one function stands for all of them. */
export const outlineKey = (operation: Operation): string =>
  `${operation.operands.map(({ type }) => formatType(type)).join()} ${operationKey(operation, new ValueNumbers())}`;

/** A function that takes what an operation takes, whose regions use nothing from outside, and returns what it gives; its location, and that of what is in it, is `location`. */
export function outlinedFunction(
  symbol: string,
  operation: Operation,
  location: Location = unknownLocation,
): Operation {
  const inputs = operation.operands.map(({ type }) => type);
  const results = operation.results.map(({ type }) => type);
  const block = makeBlock(inputs);
  const inner = Builder.atEnd(block);
  inner.location = location;
  // The same value may be several operands: each has an argument of its own.
  const { name, attributes } = operation;
  const regions = operation.regions.map((region) => cloneRegion(region, new Map()));
  const made = inner.create(name as never, block.arguments, attributes as never, { results, regions });
  inner.create("func.return", (made as Operation).results, {});
  return makeOperation({
    name: "func.func",
    attributes: {
      sym_name: symbol,
      sym_visibility: "private",
      function_type: functionType(inputs, results),
    },
    regions: [makeRegion([block])],
    location,
  });
}
