/** @file What ops mean that are not StableHLO's: a decomposition into ops that are known already, and replacing an op by it. */
import { InternalError, UsageError } from "../support/errors.js";
import { Builder } from "./builder.js";
import { Emitter } from "./emit.js";
import { describeLocation, sourcePosition } from "./location.js";
import { type Operation, type Value, walk } from "./operation.js";
import { replaceOperation } from "./rewriter.js";

/** Writes what `operation` means and gives the values that stand for its results. */
export type Decomposition = (emitter: Emitter, operation: Operation) => readonly Value[];

/** The same, but undefined where the operation stays as it is. */
export type Replacement = (emitter: Emitter, operation: Operation) => readonly Value[] | undefined;

/** The decomposition of an operation's op; undefined for one that has none. */
export type FindDecomposition = (operation: Operation) => Decomposition | undefined;

/** The operations that were put between `before`, the first of their block when undefined, and `end`. */
function addedBefore(end: Operation, before: Operation | undefined): readonly Operation[] {
  const added: Operation[] = [];
  for (let at = end.previous; at !== before; at = at!.previous) added.unshift(at!);
  return added;
}

/**
 * Replaces `operation` by its decomposition, or what else `find` has for it, and what that consists of by theirs, until no op is left that `find` knows. Ops in its
 * regions are decomposed before it.
 * Gives the names of all ops that were replaced, one for each time.
 * @param within names of the ops whose decompositions are being written
 * @throws UsageError for an op whose decomposition holds the op itself, at any depth: it would have no end
 */
export function decompose(
  operation: Operation,
  find: (operation: Operation) => Replacement | undefined,
  within: readonly string[] = [],
): readonly string[] {
  const { name, location } = operation;
  const decomposition = find(operation);
  // An op of a region that went with the op that held it is erased already.
  if (decomposition === undefined || operation.block === undefined) return [];
  const chain = [...within, name];
  if (within.includes(name))
    throw new UsageError({
      message: `the decomposition of ${name} holds ${name} again`,
      got: chain.join(" -> "),
      where: sourcePosition(location) ?? describeLocation(location),
      hint: "decompose it into other ops",
    });
  // What the author wrote into its regions is not of the decomposition: an op of the same name there is no circle.
  const below = [...walk(operation)].slice(1).flatMap((each) => decompose(each, find, within));
  const before = operation.previous;
  const values = decomposition(new Emitter(Builder.before(operation)), operation);
  if (values === undefined) return below;
  if (values.length !== operation.results.length)
    throw new InternalError(
      `the decomposition of ${name} gives ${values.length} values for ${operation.results.length} results`,
    );
  const added = addedBefore(operation, before);
  replaceOperation(operation, values);
  const inner = added.flatMap((each) => [...walk(each)]);
  return [...below, name, ...inner.flatMap((each) => decompose(each, find, chain))];
}
