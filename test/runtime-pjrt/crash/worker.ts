/** @file Run on a worker thread by child.ts: tries to load the plugin, and posts the first line of what comes. */
import { parentPort, workerData } from "node:worker_threads";
import { Plugin } from "../../../src/runtime-pjrt/index.js";

await Plugin.load(workerData as string).then(
  () => parentPort!.postMessage("no error"),
  (error: unknown) => parentPort!.postMessage((error as Error).message.split("\n")[0]),
);
