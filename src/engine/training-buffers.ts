/** @file Tensors of training on a device: arguments of programs put there, and what comes back of them. */
import type { Argument } from "../program/index.js";
import { type Client, type DeviceBuffer, hostBytes } from "../runtime-pjrt/index.js";
import { closeAll } from "../serving/index.js";
import { InternalError } from "../support/errors.js";
import { checkNotAborted } from "../support/wait.js";
import { averagedParameter, batchInputs, stepOutputs, type TrainingBatch } from "../training/index.js";
import { type BoundWeights, type ComputeDType, convertFloats, isComputeDType } from "../weights/index.js";

/** What one step tells. */
export interface TrainingFigures {
  /** Of the batch, before the update. */
  readonly loss: number;
  /** Of all gradients, before they are clipped. */
  readonly gradientNorm: number;
}

/** Buffers by name. */
export type Buffers = ReadonlyMap<string, DeviceBuffer>;

const zeros = (client: Client, { elementType, dimensions }: Argument): Promise<DeviceBuffer> =>
  client.toDevice({
    elementType,
    dimensions,
    data: new Uint8Array(hostBytes({ elementType, dimensions })),
  });

/** What an argument holds at first, packed, where that is neither what the checkpoint says nor zeros. */
export type InitialBytes = (argument: Argument) => Promise<Uint8Array<ArrayBuffer>> | undefined;

/**
 * Puts arguments of programs on the device: what `initial` says of them, else parameters of the checkpoint as they are stored, averages of
 * parameters as these begin, zeros for the rest.
 */
export async function uploadArguments(
  client: Client,
  wanted: readonly Argument[],
  { parameters }: BoundWeights,
  {
    signal,
    initial,
  }: { readonly signal?: AbortSignal | undefined; readonly initial?: InitialBytes | undefined } = {},
): Promise<Buffers> {
  const buffers = new Map<string, DeviceBuffer>();
  const given = (argument: Argument) =>
    initial?.(argument) ?? parameters.get(argument.name)?.readAs(dtypeOf(argument));
  const beginning = (argument: Argument) => {
    const path = averagedParameter(argument.name);
    return given(argument) ?? (path === undefined ? undefined : given({ ...argument, name: path }));
  };
  try {
    for (const argument of wanted) {
      checkNotAborted("loading the weights", { signal });
      const { name, elementType, dimensions } = argument;
      const data = await beginning(argument);
      const buffer =
        data === undefined ? zeros(client, argument) : client.toDevice({ elementType, dimensions, data });
      buffers.set(name, await buffer);
    }
    return buffers;
  } catch (error) {
    closeAll(buffers.values());
    throw error;
  }
}

/** The inputs of training programs. The caller closes them. */
export async function uploadBatch(
  client: Client,
  { batch, time }: { readonly batch: number; readonly time: number },
  { tokens, mask, positions }: TrainingBatch,
): Promise<Buffers> {
  const arrays = [
    [batchInputs.tokens, tokens],
    [batchInputs.mask, mask],
    [batchInputs.positions, positions],
  ] as const;
  const buffers = new Map<string, DeviceBuffer>();
  try {
    for (const [name, numbers] of arrays) {
      const data = Int32Array.from(numbers);
      buffers.set(name, await client.toDevice({ elementType: "i32", dimensions: [batch, time + 1], data }));
    }
    return buffers;
  } catch (error) {
    closeAll(buffers.values());
    throw error;
  }
}

/** The numbers of a buffer of floats or of i32. */
export async function readFloats(buffer: DeviceBuffer): Promise<Float32Array<ArrayBuffer>> {
  const bytes = await buffer.toHost();
  if (buffer.elementType === "i32")
    return Float32Array.from(new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4));
  const converted = convertFloats(bytes, dtypeOf(buffer), "f32");
  return new Float32Array(converted.buffer, converted.byteOffset, converted.byteLength / 4);
}

/** The gradients among the results of a program, by path; its buffers stay open. */
export async function* readGradients(
  outputs: Buffers,
): AsyncGenerator<readonly [string, Float32Array<ArrayBuffer>]> {
  const figures = new Set<string>(Object.values(stepOutputs));
  for (const [path, buffer] of outputs) if (!figures.has(path)) yield [path, await readFloats(buffer)];
}

/** Loss and norm among the results of a program, whose buffers are closed. */
export async function readFigures(outputs: Buffers): Promise<TrainingFigures> {
  const [loss, norm] = [outputs.get(stepOutputs.loss)!, outputs.get(stepOutputs.gradientNorm)!];
  try {
    return { loss: (await readFloats(loss))[0]!, gradientNorm: (await readFloats(norm))[0]! };
  } finally {
    closeAll([loss, norm]);
  }
}

/** The float type of a parameter, or of what is kept of it. */
function dtypeOf({ elementType }: Pick<Argument, "elementType">): ComputeDType {
  if (isComputeDType(elementType)) return elementType;
  throw new InternalError(`a tensor of ${elementType} in training, where only floats are trained`);
}
