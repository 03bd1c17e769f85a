/** @file For tests: a client of the CPU plugin for each test file, and programs of the DSL run with plain numbers. */
import { afterAll, beforeAll, expect } from "vitest";
import type { TracedProgram } from "../../src/dsl/index.js";
import { elementsFromNumbers, numberAt, rawElements } from "../../src/ir/elements.js";
import { printModule } from "../../src/ir/text/index.js";
import { byteWidth, elementCount, type ScalarType, tensorType } from "../../src/ir/types.js";
import { runPipeline } from "../../src/passes/index.js";
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

/** The bytes of numbers as elements of a type. */
function encode(values: Numbers, element: ScalarType): Uint8Array {
  const { data, splat } = elementsFromNumbers(tensorType([values.length], element), values);
  if (!splat) return data;
  const bytes = new Uint8Array(values.length * data.length);
  for (let i = 0; i < values.length; i++) bytes.set(data, i * data.length);
  return bytes;
}

function decode(bytes: Uint8Array, element: ScalarType): number[] {
  const count = bytes.length / byteWidth(element);
  const elements = rawElements(tensorType([count], element), bytes);
  return Array.from({ length: count }, (_, i) => numberAt(elements, i));
}

async function runProgram(
  client: Client,
  program: TracedProgram,
  inputs: Readonly<Record<string, Numbers>>,
): Promise<Record<string, number[]>> {
  runPipeline(program.module, [lowerModelOps(cpu)]);
  using executable = await client.compile({ program: printModule(program.module), signature: program });
  const buffers = [];
  for (const argument of program.arguments) {
    const { name, elementType, dimensions } = argument;
    const values = inputs[name] ?? Array<number>(elementCount(dimensions)).fill(0);
    buffers.push(await client.toDevice({ elementType, dimensions, data: encode(values, elementType) }));
  }
  const results = await executable.execute(buffers);
  const numbers: Record<string, number[]> = {};
  for (const [i, { name, elementType }] of program.results.entries()) {
    numbers[name] = decode(await results[i]!.toHost(), elementType);
  }
  for (const buffer of [...buffers, ...results]) buffer.close();
  return numbers;
}
