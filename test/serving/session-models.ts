/** @file For tests: models whose sessions are tried, loaded once for a file's tests. */
import { afterAll, beforeAll } from "vitest";
import { Model } from "../../src/engine/index.js";
import { formulaCheckpoint } from "../../src/weights/index.js";
import type { Cpu } from "../dsl/cpu.js";
import { compiledInThisRun, loadTiny } from "../engine/tiny.js";
import { small } from "../models/second/llama-config.js";
import { llama } from "../models/second/llama-definition.js";

interface SessionModels {
  readonly griffin: Model;
  /** A model of one's own, with a growing cache. */
  readonly second: Model;
}

/** The models on the file's client; they are closed before it is. */
export function useSessionModels(cpu: Cpu): SessionModels {
  let griffin: Model | undefined;
  let second: Model | undefined;
  beforeAll(async () => {
    griffin = await loadTiny(cpu.client);
    const definition = llama.configure(small);
    await using checkpoint = formulaCheckpoint(definition, 7);
    second = await Model.load(cpu.client, definition, checkpoint, { cache: compiledInThisRun });
  });
  afterAll(() => {
    griffin?.close();
    second?.close();
  });
  return {
    get griffin() {
      return griffin!;
    },
    get second() {
      return second!;
    },
  };
}
