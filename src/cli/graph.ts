/** @file griffin graph: a program as a graph, for Model Explorer or as a picture. */
import { join } from "node:path";
import {
  boxCosts,
  boxFigures,
  chipOf,
  collapseCosts,
  collapseGraphs,
  type FigureName,
  figureNames,
  figuresOf,
  graphCosts,
  graphsSvg,
  type NodeFigures,
  nodeData,
  programCost,
  programGraph,
  withBoxCosts,
  withDevices,
} from "../engine/index.js";
import { cannotWrite, UsageError } from "../support/errors.js";
import { makeFolders } from "../support/folders.js";
import type { CommandContext } from "./context.js";
import { chooseSource } from "./cost/source.js";
import { deviceOptions } from "./device.js";
import type { ExitStatus } from "./io.js";
import type { ModelFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";
import type { Progress } from "./progress.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target: string;
  readonly output?: string;
  readonly depth?: number;
  readonly costs?: string;
  readonly heat?: FigureName;
  readonly compiled?: boolean;
  readonly allowCustomCall?: readonly string[];
  /** Seconds. */
  readonly timeout: number;
}

const isPicture = ({ output }: Options): boolean => output?.toLowerCase().endsWith(".svg") === true;

export async function runGraph(
  context: CommandContext,
  file: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  checkAsked(options);
  const { costs: folder, heat, output, compiled } = options;
  using progress = context.progress({ leavesLines: false });
  const { graphs, figures, hasTimes } = await graphsOf(context, file, options, progress);
  progress.done();
  const warm = heat === undefined ? undefined : { name: heat, figures: figures(heat), isCompiled: compiled };
  const text = isPicture(options) ? graphsSvg(graphs, warm) : `${JSON.stringify(graphs)}\n`;
  const known = figureNames.filter((name) => name !== "time" || hasTimes);
  if (folder !== undefined)
    await writeCosts(
      context,
      folder,
      known.map((name) => [name, nodeData(figures(name), name)]),
    );
  await context.writeTo(output, text);
  return 0;
}

/** @throws UsageError for figures that nothing shows, or that nodes have not */
function checkAsked(options: Options): void {
  const { heat, costs, compiled, depth } = options;
  if (heat !== undefined && !isPicture(options)) {
    throw new UsageError({
      message: "--heat colours a picture",
      expected: "-o FILE.svg",
      hint: "--costs DIR writes what colours the graph in Model Explorer",
    });
  }
  if (compiled !== true || depth !== undefined || (heat === undefined && costs === undefined)) return;
  throw new UsageError({
    message: "a compiler fuses operations: what it made of one alone is not known",
    expected: "--depth N beside --compiled, for the costs of layers that are closed",
    hint: "--depth 1",
  });
}

/** Graphs to draw or write, and the figures of their nodes. */
async function graphsOf(
  context: CommandContext,
  file: string | undefined,
  options: Options,
  progress: Progress,
) {
  const { extensions } = context;
  const { compiled, depth, allowCustomCall } = options;
  const target = compiled === true ? withDevices(options.target, extensions) : options.target;
  const source = await chooseSource(context, file, { ...options, target }, progress);
  if ("hlo" in source) {
    throw new UsageError({
      message: `${file} is HLO, which has no graph here`,
      expected: "StableHLO text, a portable artifact, ./module.ts#name, --model DIR or --preset NAME",
      hint: `griffin cost ${file} counts it`,
    });
  }
  const { stablehlo } = source;
  const whole = programGraph(stablehlo, file ?? options.preset ?? options.model!);
  const graphs = depth === undefined ? whole : collapseGraphs(whole, depth);
  const chip = chipOf(target, extensions);
  const hasTimes = chip !== undefined;
  if (compiled !== true) {
    const estimate = () =>
      depth === undefined ? graphCosts(stablehlo) : collapseCosts(whole, graphCosts(stablehlo), depth);
    return { graphs, hasTimes, figures: (name: FigureName) => figuresOf(estimate(), name, chip) };
  }
  const { cost } = await programCost(stablehlo, target, {
    ...deviceOptions(context, progress),
    extensions,
    allowCustomCalls: allowCustomCall,
    timeoutMs: options.timeout * 1000,
  });
  const boxes = boxCosts(stablehlo, cost, chip);
  const figures = (name: FigureName): NodeFigures => boxFigures(graphs, boxes, name, chip);
  return { graphs: withBoxCosts(graphs, boxes), hasTimes, figures };
}

/** Writes a file for each figure. @throws EnvironmentError for what the file system says */
async function writeCosts(
  context: CommandContext,
  folder: string,
  texts: readonly (readonly [FigureName, string])[],
): Promise<void> {
  await makeFolders(folder).catch((error: unknown) => {
    throw cannotWrite(folder, error);
  });
  for (const [name, text] of texts) await context.writeTo(join(folder, `${name}.json`), text);
}
