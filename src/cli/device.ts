/** @file How the command line opens plugins and devices: with what its flags say, and progress. */
import { basename } from "node:path";
import { type CompilerEvent, type CostEvent, openRunner, type OpenRunner } from "../engine/index.js";
import type { CommandContext } from "./context.js";
import { formatBytes, type Progress } from "./progress.js";

/** The variables of the command line, and progress. */
export const deviceOptions = ({ env, signal }: CommandContext, progress: Progress) => ({
  env,
  signal,
  onEvent: (event: CompilerEvent | CostEvent) => show(event, progress),
});

function show(event: CompilerEvent | CostEvent, progress: Progress): void {
  if (event.phase === "ready") progress.done();
  else if (event.phase === "start") progress.update(`starting ${basename(event.path)}`);
  else if (event.phase === "compile") progress.update("compile for", event.target);
  else if (event.phase === "describe") progress.update("describing", event.topology);
  else {
    const { package: wheel, phase, bytes, totalBytes } = event.progress;
    const verb = phase === "download" ? "fetching" : "unpacking";
    progress.update(`${verb} ${wheel}`, `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`);
  }
}

/** How the command line says how a program of others is run. */
export interface IsolationFlags {
  readonly inProcess?: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** Bytes. */
  readonly memory?: number;
}

/** Where programs of others run: in a process of their own, unless the flags ask for this one. @throws what `openRunner` throws */
export const openForOthers = (
  context: CommandContext,
  name: string,
  { inProcess, timeout, memory }: IsolationFlags,
  progress: Progress,
): Promise<OpenRunner> =>
  openRunner(
    name,
    inProcess === true ? "this process" : { timeoutMs: timeout * 1000, memoryBytes: memory },
    deviceOptions(context, progress),
  );
