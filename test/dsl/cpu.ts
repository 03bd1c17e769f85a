/** @file For tests: a client of the CPU plugin for each test file, and programs of the DSL run with plain numbers. */
import { afterAll, beforeAll, expect } from "vitest";
import type { TracedProgram } from "../../src/dsl/index.js";
import { executeOnce, type HostValue } from "../../src/engine/execute.js";
import { printModule } from "../../src/ir/text/index.js";
import { elementCount } from "../../src/ir/types.js";
import { runPipeline } from "../../src/passes/index.js";
import { decodeArray, encodeArray } from "../../src/program/index.js";
import { cpu } from "../../src/targets/cpu.js";
import { lowerModelOps } from "../../src/targets/lower-model-ops.js";
import { type Client, findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";

/** Elements in row-major order. */
export type Numbers = readonly number[];

export interface Cpu {
  readonly client: Client;
  /**
   * Runs a program, griffin ops by their meaning unless they were lowered before. `inputs` holds all arguments by name: inputs,
   * parameters and states. The results by name.
   */
  run(program: TracedProgram, inputs?: Readonly<Record<string, Numbers>>): Promise<Record<string, number[]>>;
}

/** A client for all tests of the file; when they are done, nothing of it may be alive. */
export function useCpu(): Cpu {
  let client: Client | undefined;
  beforeAll(async () => {
    const { path } = await findPlugin("cpu", { install: true });
    client = await (await Plugin.load(path)).createClient();
  });
  afterAll(async () => {
    if (client === undefined) return;
    // Before the client is closed, for that closes everything; a closed model's programs go a turn of the event loop later.
    await new Promise((resolve) => setImmediate(resolve));
    const { buffer, executable } = client.stats();
    await client.close();
    expect({ buffer, executable }).toEqual({ buffer: 0, executable: 0 });
    expect(Object.values(client.stats()).every((count) => count === 0)).toBe(true);
  });
  return {
    get client() {
      return client!;
    },
    run: (program, inputs = {}) => runProgram(client!, program, inputs),
  };
}

async function runProgram(
  client: Client,
  program: TracedProgram,
  inputs: Readonly<Record<string, Numbers>>,
): Promise<Record<string, number[]>> {
  runPipeline(program.module, [lowerModelOps(cpu)]);
  const values = program.arguments.map(({ name, elementType, dimensions }): HostValue => {
    const numbers = inputs[name] ?? Array<number>(elementCount(dimensions)).fill(0);
    const encoded = encodeArray(elementType, dimensions, numbers);
    if ("bytes" in encoded) return { elementType, dimensions, data: encoded.bytes };
    throw new Error(`${name}: expected ${encoded.expected}, got ${encoded.got}`);
  });
  const request = { program: printModule(program.module), signature: program };
  const results = await executeOnce(client, { request, inputs: values });
  const named = program.results.map(({ name, elementType }, i) => [
    name,
    Array.from(decodeArray(elementType, results[i]!.data) as ArrayLike<number | bigint>, Number),
  ]);
  return Object.fromEntries(named);
}
