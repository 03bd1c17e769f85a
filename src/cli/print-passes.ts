/** @file --print-ir-after-all and --print-ir-after-change: what passes do, on stderr. */
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { ELIDE_ABOVE, passChanges } from "../passes/changes.js";
import type { PassCallback } from "../passes/index.js";
import type { CommandContext } from "./context.js";

export interface PassPrinterFlags {
  readonly printIrAfterAll?: boolean;
  readonly printIrAfterChange?: boolean;
}

/** A callback for a pipeline over `module`, as it is now, or over a copy: prints all of it after each pass, or only what changed (`passChanges`). */
export function createPassPrinter(
  context: CommandContext,
  module: Operation,
  flags: PassPrinterFlags,
): PassCallback {
  const { bold, green, red } = context.colors;
  if (flags.printIrAfterAll === true) {
    return ({ name, module: after }) =>
      context.printError(`${bold(`// after ${name}`)}\n${printModule(after, { elideAbove: ELIDE_ABOVE })}`);
  }
  if (flags.printIrAfterChange !== true) return () => {};
  return passChanges(module, (name, lines) => {
    context.printError(bold(`// after ${name}${lines.length === 0 ? ": no change" : ""}`));
    for (const line of lines)
      context.printError(line.startsWith("+") ? green(line) : line.startsWith("-") ? red(line) : line);
  });
}
