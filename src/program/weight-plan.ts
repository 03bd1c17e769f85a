/** @file What becomes of each weight once those programs have run that compute others from it. */
import type { Interface } from "./interface.js";

/** Whether programs that run again and again take a parameter, preparations alone (it may go when they have run), or both. */
export type WeightUse = "kept" | "consumed" | "both";

/** A parameter among the programs of a model. */
export interface PlannedWeight {
  readonly use: WeightUse;
  /** The preparations that take it. */
  readonly preparations: readonly Interface[];
}

/** By parameter path. */
export type WeightPlan = ReadonlyMap<string, PlannedWeight>;

const parametersOf = ({ arguments: args }: Interface): readonly string[] =>
  args.flatMap(({ role, name }) => (role === "parameter" ? [name] : []));

/** The plan of a model of which these are all programs and all preparations; parameters that none takes are not in it. */
export function planWeights(programs: readonly Interface[], preparations: readonly Interface[]): WeightPlan {
  const kept = new Set(programs.flatMap(parametersOf));
  const paths = new Set([...kept, ...preparations.flatMap(parametersOf)]);
  return new Map(
    [...paths].map((path) => {
      const takers = preparations.filter((preparation) => parametersOf(preparation).includes(path));
      const keptUse = takers.length === 0 ? "kept" : "both";
      return [path, { use: kept.has(path) ? keptUse : "consumed", preparations: takers }] as const;
    }),
  );
}

/** The parameters that nobody needs any more once these preparations have run. */
export const consumedBy = (plan: WeightPlan, ran: ReadonlySet<Interface>): readonly string[] =>
  [...plan].flatMap(([path, { use, preparations }]) =>
    use === "consumed" && preparations.every((preparation) => ran.has(preparation)) ? [path] : [],
  );
