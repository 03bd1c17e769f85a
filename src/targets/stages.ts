/** @file Stages of a pipeline: steps under a name, and where the steps of an extension go among them. */
import type { Pipeline } from "../passes/index.js";
import { UsageError } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";

/** Steps of a pipeline that belong together. A stage that has nothing to do is there all the same, with no steps. */
export interface Stage {
  readonly name: string;
  readonly steps: Pipeline;
}

/** Where added steps go: right before a stage, or right after it. */
type Place =
  | { readonly before: string; readonly after?: never }
  | { readonly after: string; readonly before?: never };

/** Steps that an extension adds to the pipelines of targets. */
export type AddedStage = Place & {
  /** A stage of this name, for others to stand before or after. */
  readonly name: string;
  readonly steps: Pipeline;
  /** Names of the targets whose pipelines have it; default: all. */
  readonly targets?: readonly string[];
};

/**
 * The stages with those that are added, one after the other: an added one may stand beside another that was added before it.
 * @param target the name of the target whose stages they are
 * @throws UsageError for a place beside a stage that is not there, and for a name that another stage has
 */
export function withStages(
  stages: readonly Stage[],
  added: readonly AddedStage[],
  target: string,
): readonly Stage[] {
  return added.filter(({ targets }) => targets?.includes(target) ?? true).reduce(insert, stages);
}

function insert(stages: readonly Stage[], { name, steps, before, after }: AddedStage): readonly Stage[] {
  const names = stages.map((stage) => stage.name);
  if (names.includes(name)) {
    throw new UsageError({
      message: `two stages of the pipeline are called "${name}"`,
      expected: `a name beside ${names.join(", ")}`,
      got: name,
    });
  }
  const neighbour = before ?? after;
  const at = names.indexOf(neighbour);
  if (at < 0) {
    throw new UsageError({
      message: `stage "${name}" stands beside a stage that the pipeline has not`,
      expected: names.join(", "),
      got: `${before === undefined ? "after" : "before"} ${neighbour}`,
      hint: didYouMean(neighbour, names),
    });
  }
  return stages.toSpliced(before === undefined ? at + 1 : at, 0, { name, steps });
}
