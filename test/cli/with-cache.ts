/** @file For tests: the command line with a cache of its own. */
import { join } from "node:path";
import { CompileCache, findPlugin } from "../../src/runtime-pjrt/index.js";
import { griffin, temporaryFolder } from "./griffin.js";

/** `griffin` with a cache folder of its own, and what a run says of the programs it makes ready, without the times. */
export async function withCache() {
  const { path: plugin } = await findPlugin("cpu", { install: true });
  const folder = await temporaryFolder();
  const env = { STABLEGRIFFIN_CACHE: folder };
  const run = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await griffin([...args, "--plugin", plugin], { env });
    const compiled = [...stderr.matchAll(/✓ compile (.*) \([^)]*\)/g)].map(([, what]) => what);
    return { stdout, exitCode, compiled };
  };
  const kept = () => new CompileCache({ folder: join(folder, "programs") }).usage();
  return { folder, env, plugin, run, kept };
}

/** A generation of a small model. */
export const generate = [
  "generate",
  "--model",
  "golden/hawk-sharded",
  "--tokens",
  "1,2,3",
  "--max-new-tokens",
  "6",
];
