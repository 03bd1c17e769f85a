/** @file What a compiler made of the boxes of a graph: layers and their parts, as the author named them. */
import {
  type Chip,
  type CostGroup,
  type InstructionCost,
  oneLayer,
  type ProgramCost,
  timedSum,
  withShares,
} from "../../cost/index.js";
import type { Operation } from "../../ir/operation.js";
import { boxOf, CALLS, type GraphBuilder, graphBuilders, joined } from "./graph.js";

/** What boxes cost in one execution of the program. */
export interface BoxCosts {
  /** By the name of the graph, then by that of the box. */
  readonly graphs: ReadonlyMap<string, ReadonlyMap<string, CostGroup>>;
  /** What comes from none of the entry's boxes, or has no name that says. */
  readonly elsewhere: CostGroup;
}

/**
 * Takes the instructions of a compiled program to the boxes of its graphs, by the names that the compiler keeps. A box costs all that comes
 * from inside it; one in a function that is called several times, what all its calls do together. Loops and branches have no names in a
 * compiled program: their boxes have no costs here, what they hold is counted in the layers around them. Shares are of the entry's
 * outermost boxes and what is in none of them, together.
 * @param module the program, as it was compiled
 * @param chip whose bounds make the times
 */
export function boxCosts(module: Operation, { instructions }: ProgramCost, chip: Chip | undefined): BoxCosts {
  const builders = graphBuilders(module);
  const calls = callPaths(builders);
  const held = new Map(
    builders.map(([graph, builder]) => [
      graph,
      instructionsOf(boxesByPath(builder, calls.get(graph)!), instructions),
    ]),
  );
  const inEntry = [...(held.get(builders[0]?.[0] ?? "") ?? [])].filter(([box]) => !box.includes("/"));
  const named = new Set(inEntry.flatMap(([, costs]) => costs));
  const rest = timedSum(
    instructions.filter((instruction) => !named.has(instruction)),
    chip,
  );
  const whole = [...inEntry.map(([, costs]) => timedSum(costs, chip)), rest];
  const groupsOf = (boxes: ReadonlyMap<string, readonly InstructionCost[]>) =>
    withShares(
      [...boxes].map(([name, costs]) => ({ name, ...timedSum(costs, chip) })),
      whole,
    );
  return {
    graphs: new Map(
      [...held].map(([graph, boxes]) => [graph, new Map(groupsOf(boxes).map((box) => [box.name, box]))]),
    ),
    elsewhere: withShares([{ name: "", ...rest }], whole)[0]!,
  };
}

type Builders = readonly (readonly [graph: string, builder: GraphBuilder])[];

/** The names around the calls of each function, from the entry: compilers put them in front of those of what is called. */
function callPaths(builders: Builders): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map(builders.map(([graph], i) => [graph, new Set<string>(i === 0 ? [""] : [])]));
  const byName = new Map(builders);
  const todo: (readonly [graph: string, path: string])[] = builders.slice(0, 1).map(([graph]) => [graph, ""]);
  for (const [graph, path] of todo)
    for (const [called, name] of callsIn(byName.get(graph)!)) {
      const inside = joined(path, name);
      const known = paths.get(called)!;
      if (known.has(inside)) continue;
      known.add(inside);
      todo.push([called, inside]);
    }
  return paths;
}

/** The functions that are called, each with the author's name for the place. */
const callsIn = ({ nodes, operations }: GraphBuilder): readonly (readonly [called: string, name: string])[] =>
  nodes.flatMap(({ id, subgraphIds }) => {
    const operation = operations.get(id);
    if (operation === undefined || !CALLS.includes(operation.name)) return [];
    const name = boxOf(operation.location);
    return subgraphIds.map((called) => [called, name] as const);
  });

/** Boxes by what compilers call the place. */
function boxesByPath(
  { operations }: GraphBuilder,
  calls: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const boxes = new Set([...operations.values()].flatMap(({ location }) => outwards(boxOf(location))));
  const byPath = new Map<string, string[]>();
  for (const call of calls)
    for (const box of boxes) {
      const path = oneLayer(joined(call, box));
      byPath.set(path, [...(byPath.get(path) ?? []), box]);
    }
  return byPath;
}

function instructionsOf(
  boxes: ReadonlyMap<string, readonly string[]>,
  instructions: readonly InstructionCost[],
): ReadonlyMap<string, readonly InstructionCost[]> {
  const held = new Map<string, InstructionCost[]>();
  for (const instruction of instructions)
    for (const box of new Set(outwards(instruction.path).flatMap((path) => boxes.get(path) ?? []))) {
      const costs = held.get(box);
      if (costs === undefined) held.set(box, [instruction]);
      else costs.push(instruction);
    }
  return held;
}

/** A path and those around it: `a/b/c`, `a/b`, `a`. */
function outwards(path: string): readonly string[] {
  if (path === "") return [];
  const segments = path.split("/");
  return segments.map((_, i) => segments.slice(0, segments.length - i).join("/"));
}
