/** @file griffin graph: a program as a graph, for Model Explorer or as a picture. */
import { collapseGraphs, graphsSvg, programGraph } from "../engine/index.js";
import { UsageError } from "../support/errors.js";
import type { CommandContext } from "./context.js";
import { chooseSource } from "./cost/source.js";
import type { ExitStatus } from "./io.js";
import type { ModelFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target: string;
  readonly output?: string;
  readonly depth?: number;
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
  const label = file ?? options.preset ?? options.model!;
  const whole = programGraph(source.stablehlo, label);
  const graphs = options.depth === undefined ? whole : collapseGraphs(whole, options.depth);
  const isPicture = options.output?.toLowerCase().endsWith(".svg") === true;
  await context.writeTo(options.output, isPicture ? graphsSvg(graphs) : `${JSON.stringify(graphs)}\n`);
  return 0;
}
