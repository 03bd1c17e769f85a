/** @file griffin graph: a program as a graph, for Model Explorer or as a picture. */
import { join } from "node:path";
import {
  chipOf,
  collapseCosts,
  collapseGraphs,
  type FigureName,
  figureNames,
  figuresOf,
  graphCosts,
  graphsSvg,
  nodeData,
  programGraph,
} from "../engine/index.js";
import { cannotWrite, UsageError } from "../support/errors.js";
import { makeFolders } from "../support/folders.js";
import type { CommandContext } from "./context.js";
import { chooseSource } from "./cost/source.js";
import type { ExitStatus } from "./io.js";
import type { ModelFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target: string;
  readonly output?: string;
  readonly depth?: number;
  readonly costs?: string;
  readonly heat?: FigureName;
}

export async function runGraph(
  context: CommandContext,
  file: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  using progress = context.progress({ leavesLines: false });
  const source = await chooseSource(context, file, options, progress);
  progress.done();
  if ("hlo" in source) {
    throw new UsageError({
      message: `${file} is HLO, which has no graph here`,
      expected: "StableHLO text, a portable artifact, ./module.ts#name, --model DIR or --preset NAME",
      hint: `griffin cost ${file} counts it`,
    });
  }
  const { stablehlo } = source;
  const label = file ?? options.preset ?? options.model!;
  const { depth, costs: folder, heat } = options;
  const isPicture = options.output?.toLowerCase().endsWith(".svg") === true;
  if (heat !== undefined && !isPicture) {
    throw new UsageError({
      message: "--heat colours a picture",
      expected: "-o FILE.svg",
      hint: "--costs DIR writes what colours the graph in Model Explorer",
    });
  }
  const whole = programGraph(stablehlo, label);
  const graphs = depth === undefined ? whole : collapseGraphs(whole, depth);
  const chip = chipOf(options.target, context.extensions);
  let costs: ReturnType<typeof graphCosts> | undefined;
  const figures = (name: FigureName) => {
    costs ??=
      depth === undefined ? graphCosts(stablehlo) : collapseCosts(whole, graphCosts(stablehlo), depth);
    return figuresOf(costs, name, chip);
  };
  const warm = heat === undefined ? undefined : { name: heat, figures: figures(heat) };
  const text = isPicture ? graphsSvg(graphs, warm) : `${JSON.stringify(graphs)}\n`;
  const known = figureNames.filter((name) => name !== "time" || chip !== undefined);
  if (folder !== undefined)
    await writeCosts(
      context,
      folder,
      known.map((name) => [name, nodeData(figures(name), name)]),
    );
  await context.writeTo(options.output, text);
  return 0;
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
