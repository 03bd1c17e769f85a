/** @file Colours of nodes by what they cost, and the legend that says what they mean. */
import { formatCount, formatSeconds } from "../../cost/index.js";
import { escapeXml } from "../../support/svg.js";
import { colourOf, type FigureName, greatestOf, type NodeFigures } from "./node-figures.js";

/** A figure of each node, what it is called, and whether it is of what a compiler made or of the program as it stands. */
export interface Heat {
  readonly name: FigureName;
  readonly figures: NodeFigures;
  readonly isCompiled?: boolean | undefined;
}

/** How a node is coloured, and why. */
export interface Warmth {
  readonly colour: string;
  readonly tip: string;
}

/** Of a node, its share of the greatest figure of all graphs as a colour; undefined for one that has no figure. */
export function warmthOf({ name, figures }: Heat): (graph: string, node: string) => Warmth | undefined {
  const greatest = greatestOf(figures);
  return (graph, node) => {
    const figure = figures.get(graph)?.get(node);
    if (figure === undefined) return undefined;
    return {
      colour: colourOf(figure / greatest),
      tip: `${name === "time" ? "at least " : ""}${withUnit(name, figure)}`,
    };
  };
}

/** Pixels of the legend: of its bar, and of all of it. */
const BAR = 100;
export const LEGEND_WIDTH = 400;

const MEANINGS: Readonly<Record<FigureName, string>> = {
  flops: "of products in one node",
  bytes: "read and written by one node",
  time: "least time of one node",
};

/** The colours from nothing to the greatest figure, and what it is. @param x, y where its text begins, in pixels */
export function legendOf(
  { name, figures, isCompiled = false }: Heat,
  x: number,
  y: number,
): readonly string[] {
  const what = `${MEANINGS[name]}${isCompiled ? ", as compiled, in all its calls" : ""}`;
  const greatest = greatestOf(figures);
  if (!Number.isFinite(greatest)) return [`<text x="${x}" y="${y}">${name} ${what}: none</text>`];
  const bar = x + 14;
  return [
    `<defs><linearGradient id="heat"><stop offset="0" stop-color="${colourOf(0)}"/><stop offset="1" stop-color="${colourOf(1)}"/></linearGradient></defs>`,
    `<text x="${x}" y="${y}">0</text>`,
    `<rect x="${bar}" y="${y - 10}" width="${BAR}" height="12" fill="url(#heat)" stroke="#888"/>`,
    `<text x="${bar + BAR + 8}" y="${y}">${escapeXml(`${withUnit(name, greatest)} ${what}`)}</text>`,
  ];
}

const withUnit = (name: FigureName, figure: number): string => {
  if (name === "time") return formatSeconds(figure);
  return `${formatCount(figure)}${name === "flops" ? "flop" : "B"}`;
};
