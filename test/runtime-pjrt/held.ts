/** @file For tests: what a client holds. */
import type { Client } from "../../src/runtime-pjrt/index.js";

/** What is held on a client, once all that was closed is gone; events of the last run may still be on their way. */
export async function held(client: Client) {
  await new Promise((resolve) => setImmediate(resolve));
  const { buffer, executable } = client.stats();
  return { buffer, executable };
}
