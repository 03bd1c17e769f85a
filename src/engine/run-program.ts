/** @file Runs any StableHLO program once: tensors in by position, tensors out. */
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import { type TensorType, tensorType } from "../ir/types.js";
import { type Client, type ElementTypeName, formatType, type TensorSpec } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { mainSignature } from "./stablehlo-program.js";

/** A tensor in host memory: dense, row-major, little-endian. */
export interface HostValue {
  readonly elementType: ElementTypeName;
  readonly dimensions: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The IR's type of a tensor. */
export const typeOf = ({ elementType, dimensions }: HostValue): TensorType =>
  tensorType(dimensions, elementType);

/**
 * Compiles @main, runs it on the values of `inputs` (argument i is called "i"), and gives the results in order.
 * @throws UsageError with one table of all arguments that do not fit; ProgramError for a program that buffers cannot feed; PjrtError
 */
export async function runProgram(
  client: Client,
  module: Operation,
  inputs: ReadonlyMap<string, HostValue>,
): Promise<readonly HostValue[]> {
  const signature = mainSignature(module);
  checkInputs(signature.arguments, inputs);
  using executable = await client.compile({ program: printModule(module), signature });
  const values = signature.arguments.map((_, i) => inputs.get(`${i}`)!);
  const buffers = await Promise.all(values.map((value) => client.toDevice(value)));
  const results = await executable.execute(buffers);
  const tensors = await Promise.all(
    results.map(async (result, i): Promise<HostValue> => {
      const { elementType, dimensions } = signature.results[i]!;
      return { elementType, dimensions, data: await result.toHost() };
    }),
  );
  for (const buffer of [...buffers, ...results]) buffer.close();
  return tensors;
}

/** All arguments of the program with what was given for each, if anything is missing, too much or of another type. */
function checkInputs(wanted: readonly TensorSpec[], given: ReadonlyMap<string, HostValue>): void {
  const describe = (name: string): string => {
    const value = given.get(name);
    return value === undefined ? "nothing" : formatType(value);
  };
  const lines = wanted.map((spec, i) => {
    const [expected, got] = [formatType(spec), describe(`${i}`)];
    return { fits: expected === got, text: `"${i}": ${expected}${expected === got ? "" : `, got ${got}`}` };
  });
  const names = new Set(wanted.map((_, i) => `${i}`));
  const extra = [...given.keys()].filter((name) => !names.has(name));
  if (extra.length === 0 && lines.every(({ fits }) => fits)) return;
  throw new UsageError({
    message: "the inputs are not the program's arguments",
    details: [
      `it takes ${wanted.length}:`,
      ...lines.map(({ text }) => `  ${text}`),
      ...extra.map((name) => `not an argument: ${JSON.stringify(name)}, ${describe(name)}`),
    ],
    hint: 'give a safetensors file whose tensors are called "0", "1", ... with --input',
  });
}
