/** @file Compiles a program and runs it once: tensors in by position, tensors out. */
import {
  type Client,
  type CompileCache,
  type CompileRequest,
  compileThrough,
  type ElementTypeName,
} from "../runtime-pjrt/index.js";

/** A tensor in host memory: dense, row-major, little-endian. */
export interface HostValue {
  readonly elementType: ElementTypeName;
  readonly dimensions: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What a program is run on, and where it is looked for first. */
export interface Execution {
  readonly request: CompileRequest;
  /** As the signature's arguments, one for each. */
  readonly inputs: readonly HostValue[];
  /** Asked first, and given what was compiled. */
  readonly cache?: CompileCache | undefined;
}

/** The program's results in order. @throws PjrtError with the compiler's words; ArgumentError for inputs of another type */
export async function executeOnce(
  client: Client,
  { request, inputs, cache }: Execution,
): Promise<readonly HostValue[]> {
  const compiled = await compileThrough(cache, client, request);
  using executable = compiled.executable;
  const { arguments: args, results: types } = executable.signature;
  const values = inputs.map((value, i) => ({ ...value, layout: args[i]?.layout }));
  const buffers = await Promise.all(values.map((value) => client.toDevice(value)));
  const results = await executable.execute(buffers);
  const tensors = await Promise.all(
    results.map(async (result, i): Promise<HostValue> => {
      const { elementType, dimensions } = types[i]!;
      return { elementType, dimensions, data: await result.toHost() };
    }),
  );
  for (const buffer of [...buffers, ...results]) buffer.close();
  return tensors;
}
