/** @file How a command's declaration leads to its work. */
import type { CommandContext } from "../context.js";
import type { ExitStatus } from "../io.js";

/** What a command does with its arguments and options, as commander gives them. */
export type CommandWork<Args extends readonly unknown[]> = (
  context: CommandContext,
  ...args: Args
) => Promise<ExitStatus>;

/** Makes an action of a command's work, which is imported when it is asked for: help and version load none of it. */
export type Launch = <Args extends readonly unknown[]>(
  load: () => Promise<CommandWork<Args>>,
) => (...args: Args) => Promise<void>;
