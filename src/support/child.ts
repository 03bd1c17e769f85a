/** @file Programs of others that we start, and end when the caller gives up. */
import { type WaitOptions, waitFor } from "./wait.js";

/**
 * Runs a program to its end, whatever its exit code.
 * @param what names the work for the error
 * @param env all of its environment variables
 * @throws AbortedError, with the program ended, when the caller gives up
 */
export async function runChild(
  what: string,
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  wait: WaitOptions,
) {
  // Loaded only here: it takes a while, and most searches end before.
  const { execa } = await import("execa");
  const child = execa(file, args, { env, extendEnv: false, reject: false, all: true });
  try {
    return await waitFor(what, wait, async () => child, undefined, "it was ended");
  } catch (error) {
    child.kill("SIGKILL");
    // What it started may still hold its output open; nobody reads that any more.
    for (const stream of [child.stdout, child.stderr, child.all]) stream.destroy();
    throw error;
  }
}
