/** @file Graphs as SVG: functions below each other, operations in layers. */
import { UsageError } from "../../support/errors.js";
import { ending, escapeXml, svgPage } from "../../support/svg.js";
import { isClosedBox } from "./collapse.js";
import type { Graph, GraphCollection, GraphNode } from "./graph.js";
import { type Heat, LEGEND_WIDTH, legendOf, type Warmth, warmthOf } from "./heat.js";
import { type Arc, type Box, layOut, type Point } from "./layout.js";

/** More nodes make no picture that can be read, and take long to place. */
const MOST_NODES = 1000;

/** Pixels. */
// Of fonts that stand for sans-serif some are wide.
const [MARGIN, TITLE, LINE, CHARACTER] = [16, 28, 14, 7];
/** Characters of a label or of a namespace that are shown; all of it is in the tip. */
const MOST_CHARACTERS = 32;

const STYLE =
  ".node{fill:#fff;stroke:#0072B2}.closed{fill:#dbeaf5}.argument{fill:#f4f4f4;stroke:#888}" +
  ".edge{fill:none;stroke:#888}.within{font-size:10px;fill:#444}.title{font-weight:bold}.warm text{fill:#111}";

/** On a dark page; heat is light colours there too, so that what is written on it stays dark. */
const DARK =
  ".node{fill:#22272e;stroke:#56B4E9}.closed{fill:#1d3a52}.argument{fill:#2d2d2d;stroke:#888}" +
  ".within{fill:#aaa}.warm text{fill:#111}";

/**
 * A picture of all graphs: each operation below what it uses; its types and attributes are its tip.
 * @param heat colours nodes by their share of the greatest figure of all graphs, and is told in their tips
 * @throws UsageError for more than a thousand nodes
 */
export function graphsSvg({ graphs }: GraphCollection, heat?: Heat): string {
  const count = graphs.reduce((sum, { nodes }) => sum + nodes.length, 0);
  if (count > MOST_NODES) {
    throw new UsageError({
      message: "the graph has too many nodes for a picture",
      expected: `at most ${MOST_NODES}`,
      got: `${count} in ${graphs.length} function${graphs.length === 1 ? "" : "s"}`,
      hint: "--depth 0, 1 ... makes one node of each layer and call that lies deeper",
    });
  }
  const warmth = heat === undefined ? () => undefined : warmthOf(heat);
  let top = MARGIN + (heat === undefined ? 0 : TITLE);
  let width = heat === undefined ? 0 : LEGEND_WIDTH;
  const elements: string[] = heat === undefined ? [] : [...legendOf(heat, MARGIN, MARGIN + LINE)];
  for (const graph of graphs) {
    const drawn = drawGraph(graph, top + TITLE, (node) => warmth(graph.id, node));
    elements.push(
      `<text x="${MARGIN}" y="${top + LINE}" class="title">${escapeXml(graph.id)}</text>`,
      ...drawn.elements,
    );
    top += Math.ceil(TITLE + drawn.height + MARGIN);
    width = Math.max(width, Math.ceil(drawn.width), Math.ceil(graph.id.length * CHARACTER * 1.3));
  }
  return svgPage({ width: width + 2 * MARGIN, height: top, style: STYLE, dark: DARK }, elements);
}

const shortened = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 3)}...`;

function boxOf({ label, namespace }: GraphNode): Box {
  const characters = Math.max(shortened(label).length, ending(namespace, MOST_CHARACTERS).length * 0.85);
  return { width: Math.ceil(characters * CHARACTER + 16), height: namespace === "" ? 24 : 24 + LINE };
}

function drawGraph(
  { nodes }: Graph,
  top: number,
  warmthAt: (node: string) => Warmth | undefined,
): { readonly width: number; readonly height: number; readonly elements: readonly string[] } {
  const boxes = nodes.map(boxOf);
  const arcs = arcsOf(nodes);
  const { width, height, centres, routes } = layOut(boxes, arcs);
  const at = ([x, y]: Point): Point => [x + MARGIN, y + top];
  const lines = routes.map(
    (route) =>
      `<polyline points="${route
        .map((point) =>
          at(point)
            .map((each) => each.toFixed(1))
            .join(","),
        )
        .join(" ")}" class="edge"/>`,
  );
  // Nodes cover the ends of the lines.
  return {
    ...{ width, height },
    elements: [
      ...lines,
      ...nodes.map((node, i) => drawNode(node, boxes[i]!, at(centres[i]!), warmthAt(node.id))),
    ],
  };
}

/** Each pair of nodes once. */
function arcsOf(nodes: readonly GraphNode[]): readonly Arc[] {
  const index = new Map(nodes.map(({ id }, i) => [id, i]));
  const arcs = nodes.flatMap(({ incomingEdges }, to) =>
    [...new Set(incomingEdges.map(({ sourceNodeId }) => index.get(sourceNodeId)!))].map(
      (from): Arc => [from, to],
    ),
  );
  return arcs.filter(([from, to]) => from !== to);
}

function drawNode(
  node: GraphNode,
  { width, height }: Box,
  [x, y]: Point,
  warmth: Warmth | undefined,
): string {
  const { label, namespace, attrs, incomingEdges, outputsMetadata } = node;
  const types = outputsMetadata.flatMap((output) => output.attrs.map(({ value }) => value));
  const tip = [
    label,
    ...(namespace === "" ? [] : [`in ${namespace}`]),
    ...types,
    ...(warmth === undefined ? [] : [warmth.tip]),
    ...attrs.map(({ key, value }) => `${key} = ${value}`),
  ].join("\n");
  const kind = isClosedBox(node) ? " closed" : incomingEdges.length === 0 ? " argument" : "";
  const [left, top] = [(x - width / 2).toFixed(1), (y - height / 2).toFixed(1)];
  const lines = [
    `<text x="${x.toFixed(1)}" y="${(y - height / 2 + 16).toFixed(1)}" text-anchor="middle">${escapeXml(shortened(label))}</text>`,
    ...(namespace === ""
      ? []
      : [
          `<text x="${x.toFixed(1)}" y="${(y + height / 2 - 7).toFixed(1)}" text-anchor="middle" class="within">${escapeXml(ending(namespace, MOST_CHARACTERS))}</text>`,
        ]),
  ];
  return `<g${warmth === undefined ? "" : ' class="warm"'}><title>${escapeXml(tip)}</title><rect x="${left}" y="${top}" width="${width}" height="${height}" rx="4" class="node${kind}"${warmth === undefined ? "" : ` style="fill:${warmth.colour}"`}/>${lines.join("")}</g>`;
}
