/** @file griffin graph: a program as a graph, for Model Explorer. */
import { programGraph } from "../engine/index.js";
import { UsageError } from "../support/errors.js";
import type { CommandContext } from "./context.js";
import { chooseSource } from "./cost/source.js";
import type { ExitStatus } from "./io.js";
import type { ModelFlags } from "./model-options.js";
import type { LoweringFlags } from "./options.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target: string;
  readonly output?: string;
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
  await context.writeTo(options.output, `${JSON.stringify(programGraph(source.stablehlo, label))}\n`);
  return 0;
}
