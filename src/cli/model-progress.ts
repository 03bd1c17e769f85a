/** @file What happens while a model gets ready, as progress. */
import type { ModelOptions } from "../engine/index.js";
import type { ModelEvent, ProgramSource } from "../serving/index.js";
import { formatBytes, type Progress } from "./progress.js";

/** Callbacks for `Model.load`: weights, lowering pass by pass, compiling. */
export function modelCallbacks(progress: Progress): Required<Pick<ModelOptions, "onEvent" | "onPass">> {
  return {
    onPass: ({ name, index, total }) => progress.update("lower", `pass ${index + 1} of ${total}: ${name}`),
    onEvent: (event) => show(event, progress),
  };
}

function show(event: ModelEvent, progress: Progress): void {
  if (event.phase === "weights") {
    const { loadedBytes, totalBytes } = event;
    progress.update("load weights", `${formatBytes(loadedBytes)} of ${formatBytes(totalBytes)}`);
    if (loadedBytes === totalBytes) progress.done(formatBytes(totalBytes));
    return;
  }
  if (event.phase === "rejected") {
    progress.note(event.reason);
    progress.update("compile", event.program);
    return;
  }
  if (event.phase === "lower") progress.done(event.program);
  else if (event.ms === undefined) progress.update("compile", event.program);
  else progress.done(`${event.program}${SOURCES[event.from ?? "compiler"]}`);
}

/** What is said of a program that was not compiled now. */
const SOURCES: Readonly<Record<ProgramSource, string>> = {
  compiler: "",
  cache: ", from the cache",
  artifact: ", from the artifact",
};
