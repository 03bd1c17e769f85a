/** @file Compiles a program and runs it once: tensors in by position, tensors out. */
import {
  type Client,
  type CompileCache,
  type CompileRequest,
  compileThrough,
  type DeviceBuffer,
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
  const open: DeviceBuffer[] = [];
  try {
    const buffers = await settled(
      values.map(async (value) => {
        const buffer = await client.toDevice(value);
        open.push(buffer);
        return buffer;
      }),
    );
    const results = await executable.execute(buffers);
    open.push(...results);
    return await settled(
      results.map(async (result, i): Promise<HostValue> => {
        const { elementType, dimensions } = types[i]!;
        return { elementType, dimensions, data: await result.toHost() };
      }),
    );
  } finally {
    for (const buffer of open) buffer.close();
  }
}

/** As Promise.all, but comes back when nothing is under way any more, also after a failure. */
async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
