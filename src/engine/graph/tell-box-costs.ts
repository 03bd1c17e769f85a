/** @file Costs of boxes told in graphs: as attributes of boxes, open and closed, and as figures of closed ones. */
import {
  type Chip,
  type CostGroup,
  formatCount,
  formatSeconds,
  hbmBytes,
  percent,
} from "../../cost/index.js";
import type { BoxCosts } from "./box-costs.js";
import { isClosedBox } from "./collapse.js";
import { type Graph, type GraphAttribute, type GraphCollection, type GraphNode, joined } from "./graph.js";
import { type FigureName, known, type NodeFigures } from "./node-figures.js";

/** The graphs with what a compiler made of each box among its attributes, and of the rest among those of the first graph. */
export const withBoxCosts = ({ label, graphs }: GraphCollection, costs: BoxCosts): GraphCollection => ({
  label,
  graphs: graphs.map((graph, i) => ({
    ...graph,
    nodes: graph.nodes.map((node) => {
      const cost = costOf(graph, node, costs);
      return cost === undefined ? node : { ...node, attrs: [...node.attrs, ...describe(cost)] };
    }),
    groupNodeAttributes: Object.fromEntries([
      ...(i === 0 ? [["", record(describe(costs.elsewhere, "no layer:"))] as const] : []),
      ...openBoxes(graph, costs).map(([box, cost]) => [box, record(describe(cost))] as const),
    ]),
  })),
});

/**
 * A figure of each closed box. Single operations have none: compilers fuse them.
 * @throws UsageError for times without a chip
 */
export function boxFigures(
  { graphs }: GraphCollection,
  costs: BoxCosts,
  name: FigureName,
  chip: Chip | undefined,
): NodeFigures {
  if (name === "time") known(chip);
  return new Map(
    graphs.map((graph) => {
      const figures = graph.nodes.flatMap((node) => {
        const cost = costOf(graph, node, costs);
        const figure = cost === undefined ? 0 : figureOf(cost, name);
        return figure > 0 ? [[node.id, figure] as const] : [];
      });
      return [graph.id, new Map(figures)];
    }),
  );
}

function figureOf({ time, flops, ...sum }: CostGroup, name: FigureName): number {
  if (name === "time") return time?.seconds ?? 0;
  return name === "flops" ? flops : hbmBytes(sum);
}

const costOf = ({ id }: Graph, node: GraphNode, { graphs }: BoxCosts): CostGroup | undefined =>
  isClosedBox(node) ? graphs.get(id)?.get(joined(node.namespace, node.label)) : undefined;

/** Boxes that nodes are in. */
function openBoxes(
  { id, nodes }: Graph,
  { graphs }: BoxCosts,
): readonly (readonly [box: string, cost: CostGroup])[] {
  const within = nodes.map(({ namespace }) => `${namespace}/`);
  return [...(graphs.get(id) ?? [])].filter(([box]) =>
    within.some((namespace) => namespace.startsWith(`${box}/`)),
  );
}

const record = (attributes: readonly GraphAttribute[]): Readonly<Record<string, string>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value]));

/** `compiled time = 1.20 ms by HBM`. @param of the word in front of each key */
function describe(
  { time, share, flops, instructions, ...sum }: CostGroup,
  of = "compiled",
): readonly GraphAttribute[] {
  const told = [
    ...(time === undefined ? [] : [["time", `${formatSeconds(time.seconds)} by ${time.bound}`] as const]),
    ["share", percent(share, 1) || "0 %"],
    ["bytes", `${formatCount(hbmBytes(sum))}B`],
    ["flops", `${formatCount(flops)}flop`],
    ["instructions", `${instructions}`],
  ] as const;
  return told.map(([key, value]) => ({ key: `${of} ${key}`, value }));
}
