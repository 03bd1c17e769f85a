/** @file --print-ir-after-all and --print-ir-after-change: what passes do, on stderr. */
import pc from "picocolors";
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import type { PassCallback } from "../passes/index.js";
import { formatDiff } from "./opt/diff.js";

export interface PassPrinterFlags {
  readonly printIrAfterAll?: boolean;
  readonly printIrAfterChange?: boolean;
}

/** Large constants are left out of what is printed on the way. */
const ELIDE_ABOVE = 16;

/** A callback for a pipeline over `module`: prints all of it after each pass, or only what changed. */
export function createPassPrinter(module: Operation, flags: PassPrinterFlags): PassCallback {
  const textOf = (operation: Operation): string => printModule(operation, { elideAbove: ELIDE_ABOVE });
  if (flags.printIrAfterAll === true) {
    return ({ name, module: after }) => console.error(`${pc.bold(`// after ${name}`)}\n${textOf(after)}`);
  }
  if (flags.printIrAfterChange !== true) return () => {};
  let before = textOf(module);
  return ({ name, module: changed }) => {
    const after = textOf(changed);
    const lines = formatDiff(before, after);
    before = after;
    console.error(pc.bold(`// after ${name}${lines.length === 0 ? ": no change" : ""}`));
    for (const line of lines)
      console.error(line.startsWith("+") ? pc.green(line) : line.startsWith("-") ? pc.red(line) : line);
  };
}
