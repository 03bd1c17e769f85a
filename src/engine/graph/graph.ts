/** @file A program as a graph for viewers: the collection of graphs that Model Explorer reads as JSON. */
import { bodyOf, ENTRY, functionsOf, symbolsOf } from "../../ir/analysis/symbols.js";
import { oneLayer } from "../../cost/index.js";
import { describeLocation, type Location, nameOfLocation } from "../../ir/location.js";
import type { Block, Operation, Value } from "../../ir/operation.js";
import { definitionOf } from "../../ir/ops/index.js";
import { formatAttribute } from "../../ir/text/print-attributes.js";
import { formatType } from "../../ir/types.js";
import { addCosts, combines, costOf, NO_COST, type NodeCost } from "./node-costs.js";

/** A name and what it says, both as text. */
export interface GraphAttribute {
  readonly key: string;
  readonly value: string;
}

/** Of one result of a node, by its number. */
export interface GraphMetadata {
  readonly id: string;
  readonly attrs: readonly GraphAttribute[];
}

/** An operation, an argument, or the results of a function. Fields are Model Explorer's (graph_builder.py of ai-edge-model-explorer 0.1.34). */
export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** Layers and functions of the author around it, from the outside, between slashes: each is a box that opens. */
  readonly namespace: string;
  /** Functions that it refers to: each is a graph of its own. */
  readonly subgraphIds: readonly string[];
  readonly attrs: readonly GraphAttribute[];
  readonly incomingEdges: readonly {
    readonly sourceNodeId: string;
    readonly sourceNodeOutputId: string;
    readonly targetNodeInputId: string;
  }[];
  /** The type of each result. */
  readonly outputsMetadata: readonly GraphMetadata[];
}

/** A function. */
export interface Graph {
  readonly id: string;
  readonly nodes: readonly GraphNode[];
  /** What is told of boxes, by their namespaces, and under "" of all of it. */
  readonly groupNodeAttributes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** All graphs of a program, the entry first. */
export interface GraphCollection {
  readonly label: string;
  readonly graphs: readonly Graph[];
}

/** Elements of constants that are told; the rest is left out. */
const ELIDE_ABOVE = 16;

/** The graphs of a program: one a function, the entry first. @param label what the program is called in the viewer */
export const programGraph = (module: Operation, label: string): GraphCollection => ({
  label,
  graphs: graphBuilders(module).map(([id, { nodes }]) => ({ id, nodes })),
});

/** Costs by graph and node. */
export type GraphCosts = ReadonlyMap<string, ReadonlyMap<string, NodeCost>>;

/**
 * What the nodes of `programGraph` cost, each in one execution: a call costs what its function does, a loop one turn, a choice all that it may do. What costs
 * nothing, and what has unknown sizes, is left out.
 */
export function graphCosts(module: Operation): GraphCosts {
  const builders = new Map(graphBuilders(module));
  const totals = new Map<string, NodeCost>();
  const totalOf = (name: string): NodeCost => {
    const known = totals.get(name);
    if (known !== undefined) return known;
    // Programs that call themselves cost what is not in the circle.
    totals.set(name, NO_COST);
    const total = [...costsIn(name).values()].reduce(addCosts, NO_COST);
    totals.set(name, total);
    return total;
  };
  const costsIn = (name: string): ReadonlyMap<string, NodeCost> => {
    const { nodes, operations } = builders.get(name)!;
    const costs = nodes.map(({ id, subgraphIds }): [string, NodeCost] => {
      const operation = operations.get(id);
      if (operation === undefined) return [id, NO_COST];
      return CALLS.includes(operation.name)
        ? [id, subgraphIds.map(totalOf).reduce(addCosts, NO_COST)]
        : [id, costOf(operation)];
    });
    return new Map(costs.filter(([, { flops, bytes }]) => flops + bytes > 0 && Number.isFinite(bytes)));
  };
  return new Map([...builders.keys()].map((name) => [name, costsIn(name)]));
}

/** What runs the functions that it refers to once. */
export const CALLS: readonly string[] = ["func.call", "stablehlo.composite"];

/** What the graphs of a program are made from, by the names of functions, the entry first. */
export function graphBuilders(module: Operation): readonly (readonly [string, GraphBuilder])[] {
  const functions = functionsOf(module);
  const isEntry = (func: (typeof functions)[number]): boolean => func.attributes.sym_name === ENTRY;
  const names = new Set(functions.map((func) => func.attributes.sym_name));
  const inOrder = [...functions.filter(isEntry), ...functions.filter((func) => !isEntry(func))];
  return inOrder.map((func) => {
    const builder = new GraphBuilder(names);
    const body = bodyOf(func);
    if (body !== undefined) builder.block(body, "");
    return [func.attributes.sym_name, builder] as const;
  });
}

/** The nodes of a function, and the operations that they stand for. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  /** The operations that nodes stand for; arguments are none. */
  readonly operations = new Map<string, Operation>();
  /** Nodes of values by what makes them: an operation makes all its results, a block each of its arguments. */
  readonly #ids = new Map<Operation | Value, string>();

  constructor(readonly functions: ReadonlySet<string>) {}

  block(block: Block, around: string): void {
    for (const argument of block.arguments) {
      const namespace = joined(around, boxOf(argument.location));
      const label = argument.nameHint ?? `argument ${argument.index}`;
      this.#add({ key: argument, label, namespace, results: [argument] });
    }
    for (const operation of block) this.#operation(operation, around);
  }

  #operation(operation: Operation, around: string): void {
    const { name, operands, results, location, regions } = operation;
    const namespace = joined(around, boxOf(location));
    const id = this.#add({
      ...{ key: operation, label: name, namespace, results },
      subgraphIds: [...new Set(symbolsOf(operation))].filter((symbol) => this.functions.has(symbol)),
      attrs: attributesOf(operation),
      incomingEdges: operands.map((operand, i) => this.#edge(operand, i)),
    });
    this.operations.set(id, operation);
    if (combines(operation)) return;
    // What an operation holds stands in a box beside it.
    for (const [i, region] of regions.entries()) {
      const box = joined(namespace, `${name} ${id}${regions.length > 1 ? `, region ${i}` : ""}`);
      for (const block of region.blocks) this.block(block, box);
    }
  }

  #edge(operand: Value, place: number): GraphNode["incomingEdges"][number] {
    const source = "name" in operand.owner ? operand.owner : operand;
    return {
      sourceNodeId: this.#ids.get(source)!,
      sourceNodeOutputId: source === operand ? "0" : `${operand.index}`,
      targetNodeInputId: `${place}`,
    };
  }

  #add(
    node: Pick<GraphNode, "label" | "namespace"> &
      Partial<Pick<GraphNode, "subgraphIds" | "attrs" | "incomingEdges">> & {
        readonly key: Operation | Value;
        readonly results: readonly Value[];
      },
  ): string {
    const id = `${this.nodes.length}`;
    const { key, results, label, namespace, subgraphIds = [], attrs = [], incomingEdges = [] } = node;
    this.#ids.set(key, id);
    this.nodes.push({
      ...{ id, label, namespace, subgraphIds, attrs, incomingEdges },
      outputsMetadata: results.map(({ type }, i) => ({
        id: `${i}`,
        attrs: [{ key: "tensor_shape", value: formatType(type) }],
      })),
    });
    return id;
  }
}

/** The boxes that a location names, each layer one, however the call of what layers share was written out. */
export const boxOf = (location: Location): string => oneLayer(nameOfLocation(location) ?? "");

/** Boxes, the outer one first; of what has no name there is none. */
export const joined = (around: string, inner = ""): string =>
  [around, inner].filter((part) => part !== "").join("/");

function attributesOf(operation: Operation): readonly GraphAttribute[] {
  const typed = Object.entries(definitionOf(operation)?.attributes ?? {}).flatMap(([key, kind]) => {
    const value = operation.attributes[key];
    return value === undefined ? [] : [[key, kind.toAttribute(value)] as const];
  });
  const all = [...typed, ...operation.extra].map(([key, attribute]) => ({
    key,
    value: formatAttribute(attribute, { elideAbove: ELIDE_ABOVE }),
  }));
  const place = describeLocation(operation.location);
  return [
    ...all,
    ...(combines(operation) ? [{ key: "combines by", value: bodyText(operation) }] : []),
    ...(place === undefined ? [] : [{ key: "at", value: place }]),
  ];
}

/** The operations of regions in their order, without what gives their results back. */
const bodyText = ({ regions }: Operation): string =>
  regions
    .flatMap(({ blocks }) => blocks.flatMap((block) => [...block].slice(0, -1).map(({ name }) => name)))
    .join(", ");
