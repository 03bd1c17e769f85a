/** @file For tests: artifacts of the demo model, each exported once in a run, by the test file that asks first. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { models } from "../../models/index.js";
import { type ExportOptions, exportModel } from "../../src/engine/index.js";
import { cacheFolder } from "../../src/runtime-pjrt/index.js";
import { sha256 } from "../../src/support/hash.js";
import { demo } from "./exported.js";

/** What its README and manifest say it was made by. */
const tools = { stablegriffin: "9.9.9" };

/**
 * The path of an artifact of `demo`, with prompts in chunks of 16 and without samplers unless `options` say otherwise. All tests of the run share it:
 * change a copy (`changedCopy`).
 */
export async function demoArtifact(options: ExportOptions = {}): Promise<string> {
  const { compiler, ...described } = { chunk: 16, samplers: false, ...options };
  const key = sha256(JSON.stringify([described, compiler !== undefined])).slice(0, 12);
  // In the folder of the run itself: as deep as a changed copy, for an artifact names its weights' folder relative to itself.
  const path = join(cacheFolder(), `exported-${key}${options.zip === true ? ".zip" : ""}`);
  if (existsSync(path)) return path;
  await exportModel({ folder: demo, models }, path, { ...described, compiler, tools }).catch((error) => {
    // Another worker was faster.
    if (!existsSync(path)) throw error;
  });
  return path;
}
