/** @file griffin lower: the StableHLO of a model's program, or of one of the author's own. */
import { type LoweredProgram, lowerProgram } from "../engine/index.js";
import { walk } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { formatType } from "../runtime-pjrt/index.js";
import type { PassEvent } from "../passes/index.js";
import { chooseProgram } from "./model-choice.js";
import type { ModelFlags } from "./model-options.js";
import { separator } from "./opt/forms.js";
import type { LoweringFlags } from "./options.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import { createPassPrinter } from "./print-passes.js";
import { loweringOf } from "../targets/options.js";

interface Options extends ModelFlags, LoweringFlags {
  readonly target: string;
  readonly prepare?: boolean;
  readonly locations?: boolean;
  readonly printIrAfterAll?: boolean;
  readonly printIrAfterChange?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

export async function runLower(
  context: CommandContext,
  own: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  const program = await chooseProgram(context, own, options);
  using progress = context.progress({ leavesLines: false });
  const printPass = createPassPrinter(context, program.module, options);
  const passes: PassEvent[] = [];
  const lowered = lowerProgram(
    program,
    { ...loweringOf(options), extensions: context.extensions },
    (event) => {
      progress.update("lower", `pass ${event.index + 1} of ${event.total}: ${event.name}`);
      passes.push(event);
      printPass(event);
    },
  );
  progress.done();
  const all = [lowered, ...lowered.preparations];
  const text = all
    .map(({ module }) => printModule(module, { locations: options.locations }))
    .join(`${separator}\n`);
  if (options.json !== true || options.output !== undefined) await context.writeTo(options.output, text);
  if (options.json !== true) return 0;
  context.printJson({
    programs: all.map(describeProgram),
    passes: passes.map(({ name, milliseconds, changed, counts }) => ({
      name,
      milliseconds,
      changed,
      counts: Object.fromEntries(counts),
    })),
    ...(options.output === undefined ? { text } : { output: options.output }),
  });
  return 0;
}

function describeProgram({
  name,
  module,
  arguments: args,
  results,
}: LoweredProgram): Record<string, unknown> {
  return {
    name,
    operations: [...walk(module)].length,
    arguments: args.map(({ role, name: path, ...type }) => ({ role, name: path, type: formatType(type) })),
    results: results.map(({ role, name: path, axes, ...type }) => ({
      role,
      name: path,
      axes: [...axes],
      type: formatType(type),
    })),
  };
}
