/** @file griffin convert: weights in another file format. */
import { type ConvertOptions, convertWeights } from "../engine/index.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { formatBytes } from "./progress.js";

interface Options {
  readonly to?: ConvertOptions["to"];
  readonly force?: boolean;
  readonly json?: boolean;
}

export async function runConvert(
  context: CommandContext,
  source: string,
  target: string,
  options: Options,
): Promise<ExitStatus> {
  const models = await context.models.load();
  const { to, force, json } = options;
  const summary = await convertWeights(source, target, { to, force, models, signal: context.signal });
  for (const warning of summary.warnings) context.printError(`note: ${warning}`);
  if (json === true) context.printJson({ path: target, ...summary });
  else {
    const { from, to, tensors, bytes, model } = summary;
    context.print(`${target}: ${to}, ${tensors} tensors, ${formatBytes(bytes)}, from ${from}`);
    if (model !== undefined) context.print(`  ${model}`);
  }
  return 0;
}
