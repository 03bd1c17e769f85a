/** @file What nodes cost, in one figure each: as Model Explorer's node data, and as colours of a picture. */
import type { Chip } from "../../cost/index.js";
import { UsageError } from "../../support/errors.js";
import type { GraphCosts } from "./graph.js";
import type { NodeCost } from "./node-costs.js";

/** The figures that there are. */
export const figureNames = ["flops", "bytes", "time"] as const;
export type FigureName = (typeof figureNames)[number];

/** A figure of each node, by graph and node. */
export type NodeFigures = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Of the least to the greatest figure; black text can be read on all of it. */
const [LEAST, GREATEST] = [
  [255, 255, 255],
  [230, 159, 0],
] as const;

/** The figures of a name. `time` is the least that a chip allows each node by itself, in seconds. @throws UsageError for times without a chip */
export function figuresOf(costs: GraphCosts, name: FigureName, chip: Chip | undefined): NodeFigures {
  const figure = figureOf(name, chip);
  return new Map(
    [...costs].map(([graph, nodes]) => [
      graph,
      new Map([...nodes].map(([id, cost]) => [id, figure(cost)] as const).filter(([, value]) => value > 0)),
    ]),
  );
}

function figureOf(name: FigureName, chip: Chip | undefined): (cost: NodeCost) => number {
  if (name !== "time") return (cost) => cost[name];
  const { flopsPerSecond, bytesPerSecond, devices } = known(chip);
  return ({ flops, bytes }) =>
    Math.max((flops * devices) / flopsPerSecond, (bytes * devices) / bytesPerSecond);
}

/** The chip that times are of. @throws UsageError without one */
export function known(chip: Chip | undefined): Chip {
  if (chip !== undefined) return chip;
  throw new UsageError({
    message: "what nodes cost in time is not known for this target",
    expected: "flops or bytes, or a target whose chip has known figures",
    hint: "--target tpu:v5e:2x2",
  });
}

/**
 * Node data of Model Explorer (ModelNodeData of its node_data_builder.py), as JSON: a figure of each node, the dearer the darker. Colours are
 * told of each, since its gradients are of one graph each, and give none where all figures are the same. Times are in microseconds, as the
 * viewer writes numbers out in full.
 */
export function nodeData(figures: NodeFigures, name: FigureName): string {
  const greatest = greatestOf(figures);
  const unit = name === "time" ? 1e6 : 1;
  const result = (figure: number) => ({
    value: Number((figure * unit).toPrecision(6)),
    bgColor: colourOf(figure / greatest),
  });
  const graphs = [...figures].map(([graph, nodes]) => [
    graph,
    {
      name: name === "time" ? "least time, us" : name,
      results: Object.fromEntries([...nodes].map(([id, value]) => [id, result(value)])),
    },
  ]);
  return `${JSON.stringify(Object.fromEntries(graphs))}\n`;
}

/** The greatest figure of all graphs; -Infinity where there is none. */
export const greatestOf = (figures: NodeFigures): number =>
  [...figures.values()].reduce(
    (most, nodes) => [...nodes.values()].reduce((a, b) => Math.max(a, b), most),
    Number.NEGATIVE_INFINITY,
  );

/** The colour of a figure's share of the greatest. */
export const colourOf = (share: number): string =>
  `#${LEAST.map((least, i) =>
    Math.round(least + (GREATEST[i]! - least) * share)
      .toString(16)
      .padStart(2, "0"),
  ).join("")}`;
