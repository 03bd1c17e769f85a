/** @file Plugins and worker threads. */
import { isMainThread } from "node:worker_threads";
import { EnvironmentError } from "../support/errors.js";

/**
 * A worker's modules are unloaded when it ends, and with them what native calls under way would come back to; a plugin's own threads live
 * as long as the process. @throws EnvironmentError in a worker thread
 */
export function checkMainThread(): void {
  if (isMainThread) return;
  throw new EnvironmentError({
    message: "PJRT plugins can be used on the main thread only",
    got: "a worker thread: it may end while the plugin's threads still work for it",
    hint: "load the plugin on the main thread; compile and execute do not block it",
  });
}
