/** @file --print-ir-after-all and --print-ir-after-change: what passes do, on stderr. */
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import type { PassCallback } from "../passes/index.js";
import type { CommandContext } from "./context.js";
import { formatDiff } from "./opt/diff.js";

export interface PassPrinterFlags {
  readonly printIrAfterAll?: boolean;
  readonly printIrAfterChange?: boolean;
}

/** Large constants are left out of what is printed on the way. */
const ELIDE_ABOVE = 16;

/**
 * A callback for a pipeline over `module`, as it is now, or over a copy: prints all of it after each pass, or only what changed. Modules that come after it,
 * as those that prepare weights do, are new as a whole.
 */
export function createPassPrinter(
  context: CommandContext,
  module: Operation,
  flags: PassPrinterFlags,
): PassCallback {
  const { bold, green, red } = context.colors;
  const textOf = (operation: Operation): string => printModule(operation, { elideAbove: ELIDE_ABOVE });
  if (flags.printIrAfterAll === true) {
    return ({ name, module: after }) => context.printError(`${bold(`// after ${name}`)}\n${textOf(after)}`);
  }
  if (flags.printIrAfterChange !== true) return () => {};
  const texts = new Map<Operation, string>();
  // Now: the pipeline may change the module itself.
  const first = textOf(module);
  return ({ name, module: changed }) => {
    const before = texts.get(changed) ?? (texts.size === 0 ? first : "");
    const after = textOf(changed);
    const lines = formatDiff(before, after);
    texts.set(changed, after);
    context.printError(bold(`// after ${name}${lines.length === 0 ? ": no change" : ""}`));
    for (const line of lines)
      context.printError(line.startsWith("+") ? green(line) : line.startsWith("-") ? red(line) : line);
  };
}
