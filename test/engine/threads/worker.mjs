/** @file Run on a worker thread by the test: loads a model with the built package, and posts what comes of it. */
import { parentPort, workerData } from "node:worker_threads";
import { load } from "stablegriffin";

await load(workerData, { plugin: "cpu" }).then(
  () => parentPort.postMessage("loaded"),
  (error) => parentPort.postMessage(error.message),
);
