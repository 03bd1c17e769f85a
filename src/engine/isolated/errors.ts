/** @file What is told of a plugin that took its process with it, or took too much. */
import { writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { GriffinError, EnvironmentError } from "../../support/errors.js";
import { AbortedError } from "../../support/wait.js";
import type { IsolationLimits } from "./limits.js";
import type { Death } from "./plugin-process.js";

/** A program, or the plugin when it came to its devices, ended its process, hung, or took more than it may. Ours goes on. */
export class PluginDeathError extends GriffinError {
  readonly reason: Death["reason"];
  /** Where the program is, to try it again; undefined when there was none yet. */
  readonly program: string | undefined;

  constructor(plugin: string, death: Death, limits: IsolationLimits, program: string | undefined) {
    const [subject, saved] =
      program === undefined ? ["starting the plugin", []] : ["the program", [`program:  ${program}`]];
    super("plugin died", {
      ...describe(subject, basename(plugin), death, limits),
      details: [...saved, ...death.lastWords],
    });
    this.reason = death.reason;
    this.program = program;
  }
}

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

/** Writes a program into the folder for temporary files, for this user alone, and gives its path. */
export async function saveProgram(program: string | Uint8Array): Promise<string> {
  const name = `griffin-program-${randomBytes(6).toString("hex")}`;
  const path = join(tmpdir(), `${name}${typeof program === "string" ? ".mlir" : ".mlirbc"}`);
  await writeFile(path, program, { flag: "wx", mode: 0o600 });
  return path;
}
