/** @file What passes change in a program's text. */
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { formatDiff } from "../support/diff.js";
import type { PassCallback } from "./manager.js";

/** Of large constants, the elements past this many are left out of what is compared. */
export const ELIDE_ABOVE = 16;

/**
 * A callback for a pipeline over `module`, as it is now, or over a copy: tells after each pass which lines of the text it changed, `- ` before
 * those that went and `+ ` before those that came, with three lines around; `...` stands for lines left out. No lines: no change. Modules that
 * come after it, as those that prepare weights do, are new as a whole.
 */
export function passChanges(
  module: Operation,
  onChange: (pass: string, lines: readonly string[]) => void,
): PassCallback {
  const textOf = (operation: Operation): string => printModule(operation, { elideAbove: ELIDE_ABOVE });
  const texts = new Map<Operation, string>();
  // Now: the pipeline may change the module itself.
  const first = textOf(module);
  return ({ name, module: changed }) => {
    const before = texts.get(changed) ?? (texts.size === 0 ? first : "");
    const after = textOf(changed);
    texts.set(changed, after);
    onChange(name, formatDiff(before, after));
  };
}
