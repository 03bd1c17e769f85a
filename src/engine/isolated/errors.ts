/** @file What is told of a plugin that took its process with it, or took too much. */
import { basename } from "node:path";
import { GriffinError, EnvironmentError } from "../../support/errors.js";
import { AbortedError } from "../../support/wait.js";
import type { IsolationLimits } from "./limits.js";
import type { Death } from "./plugin-process.js";
import { openTemporaryFile } from "./temporary.js";

/** A program, or the plugin when it came to its devices, ended its process, hung, or took more than it may. Ours goes on. */
export class PluginDeathError extends GriffinError {
  readonly reason: Death["reason"];
  /** Where the program is, to try it again; undefined when there was none yet, or it could not be saved. */
  readonly program: string | undefined;

  constructor(plugin: string, death: Death, limits: IsolationLimits, saved: SavedProgram | undefined) {
    const subject = saved === undefined ? "starting the plugin" : "the program";
    super("plugin died", {
      ...describe(subject, basename(plugin), death, limits),
      details: [...(saved === undefined ? [] : [savedLine(saved)]), ...death.lastWords],
    });
    this.reason = death.reason;
    this.program = saved !== undefined && "path" in saved ? saved.path : undefined;
  }
}

const savedLine = (saved: SavedProgram): string =>
  "path" in saved ? `program:  ${saved.path}` : `program:  not saved (${saved.problem})`;

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

function describe(
  subject: string,
  plugin: string,
  { reason, got }: Death,
  { timeoutMs, memoryBytes }: IsolationLimits,
) {
  switch (reason) {
    case "ended":
      return {
        message: `${plugin} ended its process instead of giving a result`,
        got,
        hint: "the program is one that this plugin cannot take: its makers can make an error of it",
      };
    case "timeout":
      return {
        message: `${subject} did not end in time`,
        expected: `an end within ${timeoutMs! / 1000} s`,
        got,
        hint: "does a loop of it never end? allow it more time (--timeout, timeoutMs)",
      };
    case "memory":
      return {
        message: `${subject} took more memory than it may`,
        expected: `at most ${gibibytes(memoryBytes!)}, the process with the plugin and all`,
        got: gibibytes(Number(got)),
        hint: "allow it more (--memory, memoryBytes), or make the program smaller",
      };
  }
}

/** The plugin ended its process before it saw a program. */
export const loadingError = (plugin: string, { got, lastWords }: Death): EnvironmentError =>
  new EnvironmentError({
    message: `${basename(plugin)} could not be loaded in a process of its own`,
    expected: "a plugin that comes to its devices",
    got,
    details: lastWords,
    hint: "is it a plugin for this machine? griffin doctor looks at it",
  });

/** For calls that were under way, or waited for their turn, when the plugin was closed. */
export const closedError = (plugin: string): AbortedError =>
  new AbortedError({ message: `${basename(plugin)} was closed before the call ended` });

/** A program kept for another try: where, or why not. */
export type SavedProgram = { readonly path: string } | { readonly problem: string };

/** Writes a program into a folder for temporary files, for this user alone. Never throws: what it is kept for is to be told. */
export async function saveProgram(program: string | Uint8Array): Promise<SavedProgram> {
  try {
    const suffix = typeof program === "string" ? ".mlir" : ".mlirbc";
    const { path, file } = await openTemporaryFile("program", suffix);
    await file.writeFile(program).finally(() => file.close());
    return { path };
  } catch (error) {
    return { problem: (error as Error).message.split("\n")[0]! };
  }
}
