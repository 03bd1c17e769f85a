/** @file Run on a worker thread by child.ts: tries to load the plugin, and posts the first line of what comes. */
import { parentPort, workerData } from "node:worker_threads";
import { Plugin } from "stablegriffin/pjrt";

await Plugin.load(workerData).then(
  () => parentPort?.postMessage("no error"),
  (error) => parentPort?.postMessage(error.message.split("\n")[0]),
);
