/** @file Graphs to a depth: what lies deeper is one node. */
import type { Graph, GraphCollection, GraphCosts, GraphNode } from "./graph.js";
import { addCosts, NO_COST, type NodeCost } from "./node-costs.js";

/**
 * The collection with boxes and functions opened to a depth only. A box within `depth` boxes, in a function within as many calls from the
 * entry, is open; with each call one box less is. A closed box is one node, which has the edges that cross its border; a closed function is
 * no graph, and its calls lead nowhere.
 * @param depth 0: the entry alone, each of its outermost boxes one node
 */
export function collapseGraphs({ label, graphs }: GraphCollection, depth: number): GraphCollection {
  const levels = callDepths(graphs);
  const isOpen = (name: string): boolean => (levels.get(name) ?? 0) <= depth;
  return {
    label,
    graphs: graphs
      .filter(({ id }) => isOpen(id))
      .map(({ id, nodes }) => {
        const known = nodes.map((node) => ({ ...node, subgraphIds: node.subgraphIds.filter(isOpen) }));
        return { id, nodes: collapseNodes(known, depth - (levels.get(id) ?? 0)) };
      }),
  };
}

/** Says of a closed box how many nodes are in it. */
const OPERATIONS = "operations";

/** Whether a node is a box that `collapseGraphs` closed. */
export const isClosedBox = ({ attrs }: GraphNode): boolean => attrs.some(({ key }) => key === OPERATIONS);

/** How many calls lead from the entry, which is the first, to each function at least; what none lead to is as the entry. */
function callDepths(graphs: readonly Graph[]): ReadonlyMap<string, number> {
  const byId = new Map(graphs.map((graph) => [graph.id, graph]));
  const levels = new Map(graphs.slice(0, 1).map(({ id }) => [id, 0]));
  // A map gives what is added while it is gone through: callers come before what they call first.
  for (const [id, level] of levels)
    for (const { subgraphIds } of byId.get(id)!.nodes)
      for (const called of subgraphIds) if (!levels.has(called)) levels.set(called, level + 1);
  return levels;
}

/**
 * Costs of what `collapseGraphs` leaves: a closed box costs what its nodes do.
 * @param collection before it is collapsed
 */
export function collapseCosts({ graphs }: GraphCollection, costs: GraphCosts, depth: number): GraphCosts {
  const levels = callDepths(graphs);
  const collapsed = graphs.map(({ id, nodes }) => {
    const sums = new Map<string, NodeCost>();
    for (const { nodes: held } of groupsOf(nodes, depth - (levels.get(id) ?? 0)).groups.values())
      for (const node of held) {
        const cost = costs.get(id)?.get(node.id);
        if (cost !== undefined) sums.set(held[0]!.id, addCosts(sums.get(held[0]!.id) ?? NO_COST, cost));
      }
    return [id, sums] as const;
  });
  return new Map(collapsed.filter(([id]) => (levels.get(id) ?? 0) <= depth));
}

/** A closed box, or an operation that stays. */
interface Group {
  readonly nodes: GraphNode[];
  /** The box, if it is one. */
  readonly box: string | undefined;
}

/** Nodes by the group that they are in, and the group of each node. */
function groupsOf(
  nodes: readonly GraphNode[],
  depth: number,
): { readonly groups: ReadonlyMap<string, Group>; readonly groupOf: ReadonlyMap<string, string> } {
  const groups = new Map<string, Group>();
  const groupOf = new Map<string, string>();
  for (const node of nodes) {
    const segments = node.namespace === "" ? [] : node.namespace.split("/");
    const box = segments.length > depth ? segments.slice(0, depth + 1).join("/") : undefined;
    // No name of a box is the number of a node and a colon.
    const key = box === undefined ? `${node.id}:` : `box:${box}`;
    groupOf.set(node.id, key);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { nodes: [node], box });
    else group.nodes.push(node);
  }
  return { groups, groupOf };
}

function collapseNodes(nodes: readonly GraphNode[], depth: number): readonly GraphNode[] {
  const { groups, groupOf } = groupsOf(nodes, depth);
  const crossing = valuesThatCross(nodes, groupOf);
  return [...groups].map(([key, { nodes: held, box }]) => {
    const incoming = held.flatMap(({ incomingEdges }) => incomingEdges);
    if (box === undefined) {
      return { ...held[0]!, incomingEdges: incoming.map((edge) => crossing.redirect(edge)) };
    }
    const at = box.lastIndexOf("/");
    const sources = incoming
      .filter(({ sourceNodeId }) => groupOf.get(sourceNodeId) !== key)
      .map((edge) => crossing.redirect(edge));
    const distinct = new Map(
      sources.map((edge) => [`${edge.sourceNodeId}#${edge.sourceNodeOutputId}`, edge]),
    );
    return {
      id: held[0]!.id,
      label: box.slice(at + 1),
      namespace: at < 0 ? "" : box.slice(0, at),
      subgraphIds: [...new Set(held.flatMap(({ subgraphIds }) => subgraphIds))],
      attrs: [{ key: OPERATIONS, value: `${held.length}` }],
      incomingEdges: [...distinct.values()].map((edge, i) => ({ ...edge, targetNodeInputId: `${i}` })),
      outputsMetadata: crossing.outputsOf(key),
    };
  });
}

type Edge = GraphNode["incomingEdges"][number];

/** The values of closed boxes that are used outside: each is a result of the box. */
function valuesThatCross(nodes: readonly GraphNode[], groupOf: ReadonlyMap<string, string>) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const first = new Map<string, string>();
  for (const [id, key] of groupOf) if (!first.has(key)) first.set(key, id);
  /** Of each box, its results in the order of their uses: `node#output`. */
  const results = new Map<string, string[]>();
  const isBox = (key: string) => key.startsWith("box:");
  for (const { id, incomingEdges } of nodes)
    for (const { sourceNodeId, sourceNodeOutputId } of incomingEdges) {
      const key = groupOf.get(sourceNodeId)!;
      if (!isBox(key) || key === groupOf.get(id)) continue;
      const known = results.get(key) ?? [];
      const value = `${sourceNodeId}#${sourceNodeOutputId}`;
      if (!known.includes(value)) results.set(key, [...known, value]);
    }
  return {
    redirect: (edge: Edge): Edge => {
      const key = groupOf.get(edge.sourceNodeId)!;
      if (!isBox(key)) return edge;
      const place = results.get(key)!.indexOf(`${edge.sourceNodeId}#${edge.sourceNodeOutputId}`);
      return { ...edge, sourceNodeId: first.get(key)!, sourceNodeOutputId: `${place}` };
    },
    outputsOf: (key: string): GraphNode["outputsMetadata"] =>
      (results.get(key) ?? []).map((value, i) => {
        const [node, output] = value.split("#");
        return { id: `${i}`, attrs: byId.get(node!)!.outputsMetadata[Number(output)]!.attrs };
      }),
  };
}
