/** @file Texts as the ways through a graph of characters, and what two graphs have in common. */
import { ALL, type CodePoints, intersection } from "./code-points.js";
import { connect, type Expression, leaf, repeat } from "./expression.js";
import { checkSize } from "./too-large.js";

/** Texts as characters. */
export type TextExpression = Expression<CodePoints>;

/** An edge by one character of a set; by none where there is no set. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly set: CodePoints | undefined;
}

/** Its texts are the ways from `start` to `end`. States are numbers from 0. */
export interface Graph {
  readonly states: number;
  readonly edges: readonly GraphEdge[];
  readonly start: number;
  readonly end: number;
}

/** @throws UsageError for one that is too large */
export function graphOf(expression: TextExpression): Graph {
  const edges: GraphEdge[] = [];
  let states = 2;
  connect(expression, 0, 1, {
    newState: () => checkSize(states++),
    free: (from, to) => void edges.push({ from, to, set: undefined }),
    leaf: (from, set, to) => void edges.push({ from, to, set }),
  });
  return { states, edges, start: 0, end: 1 };
}

/** Texts of so many characters, whatever they are. `max` undefined: any number from `min` up. */
export const lengthGraph = (min: number, max: number | undefined): Graph =>
  graphOf(repeat(leaf(ALL), min, max));

/** The texts that both have. @throws UsageError when it is too large */
export function intersect(a: Graph, b: Graph): Graph {
  const [fromA, fromB] = [edgesByState(a), edgesByState(b)];
  const numbers = new Map<number, number>();
  const waiting: (readonly [number, number])[] = [];
  const edges: GraphEdge[] = [];
  const stateOf = (i: number, j: number): number => {
    const key = i * b.states + j;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const state = checkSize(numbers.size);
    numbers.set(key, state);
    waiting.push([i, j]);
    return state;
  };
  const start = stateOf(a.start, b.start);
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [i, j] = pair;
    const from = stateOf(i, j);
    for (const { to, set } of fromA[i]!) if (set === undefined) edges.push({ from, to: stateOf(to, j), set });
    for (const { to, set } of fromB[j]!) if (set === undefined) edges.push({ from, to: stateOf(i, to), set });
    for (const left of fromA[i]!)
      for (const right of fromB[j]!) {
        if (left.set === undefined || right.set === undefined) continue;
        const set = intersection(left.set, right.set);
        if (set.length > 0) edges.push({ from, to: stateOf(left.to, right.to), set });
      }
  }
  const end = stateOf(a.end, b.end);
  return { states: numbers.size, edges, start, end };
}

function edgesByState({ states, edges }: Graph): readonly (readonly GraphEdge[])[] {
  const from: GraphEdge[][] = Array.from({ length: states }, () => []);
  for (const edge of edges) from[edge.from]!.push(edge);
  return from;
}
