import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../cli/griffin.js";

test("a model cannot be loaded on a worker thread, which is said before anything is read or fetched", async () => {
  const nothing = await temporaryFolder();
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: nothing });
  const [message] = await once(worker, "message");
  expect(message).toBe(
    [
      "environment error: PJRT plugins can be used on the main thread only",
      "  got:      a worker thread: it may end while the plugin's threads still work for it",
      "  hint:     load the plugin on the main thread; compile and execute do not block it",
    ].join("\n"),
  );
  await worker.terminate();
});
