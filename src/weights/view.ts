/** @file Parameters that are parts of tensors, or lie in them with rows and columns exchanged. */
import { checkNotAborted } from "../support/wait.js";
import { packedBytes, sameShape } from "./dtype.js";
import { BriefMemory } from "./memory.js";
import type { TensorView } from "./names.js";
import type { StoredTensor } from "./stored.js";
import { packStrided } from "./strided.js";

/** Gives a whole tensor to `use`, whose parts cost as much: read once for all the parameters that lie in it. Nobody may look at it afterwards. */
export type SharedReads = (
  tensor: StoredTensor,
  use: (bytes: Uint8Array<ArrayBuffer>) => void,
  signal?: AbortSignal,
) => Promise<void>;

interface SharedTensor {
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
  readonly giveBack: () => void;
  /** Parameters that have not asked yet, and those that have not been given it. */
  asking: number;
  using: number;
}

/**
 * Reads whole tensors once for all who ask: what is read is kept until as many have asked as parameters lie in the tensor. The memory
 * is used for one tensor after the other.
 * @param names the tensor of each parameter
 */
export function sharedReads(names: readonly string[]): SharedReads {
  const users = new Map<string, number>();
  for (const name of names) users.set(name, (users.get(name) ?? 0) + 1);
  const kept = new Map<string, SharedTensor>();
  const memory = new BriefMemory();

  const begin = (tensor: StoredTensor, signal: AbortSignal | undefined): SharedTensor => {
    const { allocate, giveBack } = memory.borrow();
    const count = users.get(tensor.name) ?? 1;
    return { bytes: tensor.read(allocate(tensor.bytes), signal), giveBack, asking: count, using: count };
  };
  const end = (entry: SharedTensor): void => {
    entry.using -= 1;
    if (entry.using === 0) entry.giveBack();
  };
  return async (tensor, use, signal) => {
    const { name } = tensor;
    const entry = kept.get(name) ?? begin(tensor, signal);
    entry.asking -= 1;
    if (entry.asking > 0) kept.set(name, entry);
    else kept.delete(name);
    try {
      use(await entry.bytes);
    } finally {
      end(entry);
    }
  };
}

/** Whether a parameter is the same bytes as its tensor. */
export const isWhole = (
  view: TensorView | undefined,
  tensor: StoredTensor,
  shape: readonly number[],
): boolean =>
  view === undefined ||
  (view.at === undefined &&
    view.transposed !== true &&
    (view.padded !== true || sameShape(shape, tensor.shape)));

/** The bytes of a parameter of `shape` that lies in a tensor as `view` says: row-major, in `into` if given; `signal` stops it between pieces. */
export async function readView(
  tensor: StoredTensor,
  shape: readonly number[],
  { at = 0, transposed = false }: TensorView,
  reads: SharedReads,
  into?: Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = packedBytes(tensor.dtype, shape)!;
  const result = into ?? new Uint8Array(bytes);
  const begin = at * bytes;
  const readPart = isReadWhole(tensor) ? undefined : tensor.readPart;
  if (!transposed) {
    if (readPart !== undefined) return readPart(begin, result);
    await reads(tensor, (whole) => result.set(whole.subarray(begin, begin + bytes)), signal);
    return result;
  }
  const [rows, columns] = shape as readonly [number, number];
  const elementBytes = packedBytes(tensor.dtype, [1])!;
  /** Puts columns from `first` on, which lie in `part` as rows. */
  const put = (part: Uint8Array<ArrayBuffer>, first: number, count: number) => {
    const layout = { shape: [rows, count], strides: [1, rows] };
    packStrided(part, elementBytes, layout, result.subarray(first * elementBytes), [columns, 1]);
  };
  if (readPart === undefined) {
    await reads(tensor, (whole) => put(whole.subarray(begin, begin + bytes), 0, columns), signal);
    return result;
  }
  const columnBytes = rows * elementBytes;
  const step = Math.max(1, Math.floor(PART_BYTES / columnBytes));
  const buffer = new Uint8Array(Math.min(bytes, step * columnBytes));
  for (let first = 0; first < columns; first += step) {
    checkNotAborted("loading the weights", { signal });
    const count = Math.min(step, columns - first);
    put(await readPart(begin + first * columnBytes, buffer.subarray(0, count * columnBytes)), first, count);
  }
  return result;
}

/** Whether all of a tensor is read for a part of it: what reads all of it first would read it twice, unless it takes too much memory. */
const isReadWhole = ({ bytes, isChecked = false }: StoredTensor): boolean =>
  isChecked && bytes <= WHOLE_BYTES;

const WHOLE_BYTES = 2 ** 28;

/** Read at a time where rows and columns are exchanged: it stays in the processor's cache, and needs no memory of the tensor's size. */
const PART_BYTES = 2 ** 20;
