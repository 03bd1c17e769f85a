/** @file Weights from a checkpoint to a device. */
import { allocateAligned, type Client, type DeviceBuffer, hostBytes } from "../runtime-pjrt/index.js";
import type { WeightPlan } from "../program/weight-plan.js";
import { type AtOnce, workAtOnce } from "../support/at-once.js";
import { sha256 } from "../support/hash.js";
import { checkNotAborted } from "../support/wait.js";
import { type BoundParameter, checkFinite, type ComputeDType } from "../weights/index.js";
import { closeAll } from "./close-all.js";
import type { ModelEvent } from "./events.js";

/** Weights on a device, or on their way to it. */
export interface ResidentWeights {
  readonly bytes: number;
  /** By parameter path, once all are there. Rejects when one cannot be read; the others are freed then. */
  readonly buffers: Promise<ReadonlyMap<string, DeviceBuffer>>;
  /** A hash of names, shapes and samples of every parameter: other weights have another. Rejects as `buffers`. */
  readonly identity: Promise<string>;
}

/** Who is told, what stops it between two tensors or pieces of one, and what becomes of each. */
export interface UploadOptions {
  readonly onEvent?: ((event: ModelEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Those that preparations use up lie in memory of their own, which is freed with them. */
  readonly plan?: WeightPlan | undefined;
  /** Takes infinities and NaNs as they are. Default: they are an error. */
  readonly allowNonFinite?: boolean | undefined;
}

/** Of memory that is asked for at once: V8 looks for garbage after every large array, which takes as long as reading it. */
const CHUNK_BYTES = 2 ** 28;

/** What the CPU plugin must have to use memory that is not its own. */
const ALIGNMENT = 64;

/** Tensors that are read at once: one alone keeps one core busy, and the others idle, as two do whose chunks are both taken apart. */
const READS = 4;
/** Their bytes on the device, together. */
const BYTES_AT_ONCE = 2 ** 28;

/**
 * Puts weights on the client's first device, converted to `dtype`, a few tensors at a time: a large model is never in host memory
 * beside the device's. A device that is the host uses the memory that they are read into. The files must stay open meanwhile.
 * @param plan says which are freed early: on a device that is the host they lie apart from those that stay
 */
export function uploadWeights(
  client: Client,
  parameters: ReadonlyMap<string, BoundParameter>,
  dtype: ComputeDType,
  { onEvent, signal, plan = new Map(), allowNonFinite = false }: UploadOptions = {},
): ResidentWeights {
  const bytesOf = ({ shape }: BoundParameter) => hostBytes({ elementType: dtype, dimensions: shape });
  const sizeOf = (some: readonly BoundParameter[]) =>
    some.reduce((sum, parameter) => sum + bytesOf(parameter), 0);
  const totalBytes = sizeOf([...parameters.values()]);
  const isConsumed = (path: string) => plan.get(path)?.use === "consumed";
  const [consumed, kept] = [true, false].map((goes) => {
    const those = [...parameters].flatMap(([path, one]) => (isConsumed(path) === goes ? [one] : []));
    return client.isHost ? new HostMemory(sizeOf(those)) : undefined;
  });
  const buffers = new Map<string, DeviceBuffer>();
  const samples = new Map<string, string>();
  let loadedBytes = 0;

  const put = async (path: string, parameter: BoundParameter): Promise<void> => {
    checkNotAborted("loading the weights", { signal });
    const into = (isConsumed(path) ? consumed : kept)?.take(bytesOf(parameter));
    const data = await parameter.readAs(dtype, into, signal);
    if (!allowNonFinite) checkFinite(parameter, data, dtype);
    const semantics = data === into ? "zero-copy" : "copy";
    const tensor = { elementType: dtype, dimensions: parameter.shape, data };
    samples.set(path, sampleOf(parameter, data));
    buffers.set(path, await client.toDevice(tensor, { semantics }));
    loadedBytes += bytesOf(parameter);
    onEvent?.({ phase: "weights", loadedBytes, totalBytes });
  };

  const atOnce = { count: READS, size: BYTES_AT_ONCE, sizeOf: ([, one]: Named) => bytesOf(one) };
  const loaded = putAll(parameters, atOnce, put, buffers);
  const identity = loaded.then(() => {
    const paths = [...samples].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return sha256(JSON.stringify(paths));
  });
  identity.catch(() => undefined);
  return { bytes: totalBytes, buffers: loaded, identity };
}

/** Stretches of a parameter that its identity is made of, and bytes of each: training changes all of them. */
const SAMPLES = 16;
const SAMPLE_BYTES = 256;

/** Shape, and a hash of stretches that lie evenly over the data. */
function sampleOf({ shape }: BoundParameter, data: Uint8Array): string {
  const last = Math.max(0, data.length - SAMPLE_BYTES);
  const stretches = Array.from({ length: SAMPLES }, (_, i) => {
    const begin = Math.floor((last * i) / (SAMPLES - 1));
    return data.subarray(begin, begin + SAMPLE_BYTES);
  });
  return `${shape.join("x")} ${sha256(Buffer.concat(stretches))}`;
}

type Named = readonly [path: string, parameter: BoundParameter];

/** Puts one after the other, a few at a time, into `buffers`. @throws the first error, with no buffer left */
async function putAll(
  parameters: ReadonlyMap<string, BoundParameter>,
  atOnce: AtOnce<Named>,
  put: (...named: Named) => Promise<void>,
  buffers: ReadonlyMap<string, DeviceBuffer>,
): Promise<ReadonlyMap<string, DeviceBuffer>> {
  try {
    await workAtOnce(parameters, atOnce, (named) => put(...named));
    return buffers;
  } catch (error) {
    closeAll(buffers.values());
    throw error;
  }
}

/** Memory for many tensors that live as long as each other, handed out in aligned pieces. */
class HostMemory {
  #free = new Uint8Array(0);

  /** @param expected bytes that will be asked for in all; more is fine */
  constructor(private readonly expected: number) {}

  take(bytes: number): Uint8Array<ArrayBuffer> {
    const padded = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (padded > this.#free.length) {
      this.#free = allocateAligned(Math.max(padded, Math.min(this.expected, CHUNK_BYTES)), ALIGNMENT);
    }
    const taken = this.#free.subarray(0, bytes);
    this.#free = this.#free.subarray(padded);
    return taken;
  }
}
