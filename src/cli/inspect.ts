/** @file griffin inspect: what an artifact, a file of tensors or a program is. */
import { Command } from "commander";
import { inspect } from "../engine/index.js";
import { linesOf } from "./inspect/lines.js";
import { problemLines } from "./inspect/problems.js";
import { printJson, printLine } from "./output.js";
import { formatBytes, Progress } from "./progress.js";

interface Options {
  readonly verify?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  griffin inspect kjv                                an artifact: a folder, or model.zip
  griffin inspect --verify kjv                       reads every byte; exit code 1 when one has changed
  griffin inspect golden/demo-kjv/model.safetensors
  griffin inspect kjv/programs/decode_1x1.mlirbc     a portable artifact, or StableHLO text`;

export function inspectCommand(): Command {
  return new Command("inspect")
    .description("explain an artifact, a safetensors file, a portable StableHLO artifact or StableHLO text")
    .argument("<path>", "folder or file")
    .option(
      "--verify",
      "artifacts: hold every byte against the manifest's hashes, and name what is there beyond it",
    )
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  using progress = new Progress({ leavesLines: false });
  const description = await inspect(path, {
    verify: options.verify,
    onBytes: (phase, bytes, total) =>
      progress.update(phase, `${formatBytes(bytes)} of ${formatBytes(total)}`),
  });
  progress.done();
  if (options.json === true) printJson(description);
  else for (const line of linesOf(description)) printLine(line);
  if (description.kind !== "artifact" || description.problems.length === 0) return;
  for (const line of problemLines(path, description.problems)) console.error(line);
  process.exitCode = 1;
}
