/** @file griffin inspect: what an artifact, a file of tensors or a program is. */
import { inspect } from "../engine/index.js";
import { keyFolder } from "../runtime-pjrt/index.js";
import { printableLine } from "../support/printable.js";
import { linesOf } from "./inspect/lines.js";
import { problemLines } from "./inspect/problems.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { formatBytes } from "./progress.js";

interface Options {
  readonly verify?: boolean;
  readonly publicKey?: string;
  readonly json?: boolean;
}

export async function runInspect(
  context: CommandContext,
  path: string,
  options: Options,
): Promise<ExitStatus> {
  using progress = context.progress({ leavesLines: false });
  const description = await inspect(path, {
    verify: options.verify,
    publicKey: options.publicKey,
    dialects: context.dialects,
    signal: context.signal,
    keyFolder: keyFolder(context.env),
    onBytes: (phase, bytes, total) =>
      progress.update(phase, `${formatBytes(bytes)} of ${formatBytes(total)}`),
  });
  progress.done();
  if (options.json === true) context.printJson(description);
  else for (const line of linesOf(description)) context.print(printableLine(line));
  if (!("problems" in description) || description.problems.length === 0) return 0;
  for (const line of problemLines(path, description.problems, context.colors)) context.printError(line);
  return 1;
}
