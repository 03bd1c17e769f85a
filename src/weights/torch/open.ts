/** @file Checkpoints of PyTorch: what torch.save writes, read without running any of it. */
import type { FileHandle } from "node:fs/promises";
import { packedBytes } from "../dtype.js";
import { CheckpointError, type Problem } from "../errors.js";
import { closeRead, openFile, readRange, sizeOfFile } from "../file.js";
import type { OpenFile } from "../../support/open-file.js";
import type { StoredTensor, TensorStore } from "../stored.js";
import { isRowMajor, packStrided, spanOf } from "../strided.js";
import { looksLikeZip, readTorchArchive, type TorchEntry } from "./archive.js";
import { readPickle } from "./pickle.js";
import { PickleError, type PickleValue } from "./pickle-values.js";
import { type TorchTensor, TorchTensor as Tensor, torchRules } from "./tensors.js";

/** A pickle describes tensors; one longer than this, in bytes, has them in it. */
const LONGEST_PICKLE = 2 ** 28;

/** `little` or `big`, bytes. */
const LONGEST_ORDER = 16;

/**
 * Opens what torch.save wrote: a tensor by name, however deep in dicts; `params`, `state_dict` and the like around all of them are left out of
 * their names. Nothing in the file is run. Tensors are read by position when asked for, each against the archive's checksum.
 * @throws CheckpointError for a file that is cut off or lies, of the format before PyTorch 1.6, or whose pickle needs more than tensors
 */
export async function openTorch(path: string): Promise<TensorStore> {
  const file = await openFile(path);
  try {
    return await readTorch(file, path);
  } catch (error) {
    await closeRead(file);
    throw error;
  }
}

/** The tensors of an open file, as `openTorch` gives them; it is theirs from now on unless this fails. @throws CheckpointError */
export async function readTorch(open: OpenFile, path: string): Promise<TensorStore> {
  const file = open as FileHandle;
  await checkKind(file, path);
  const entries = await readTorchArchive(file, path);
  const tensors = await readTensors(entries, path);
  const close = () => closeRead(file);
  const isChecked = [...entries.values()].some((entry) => entry.isChecked);
  const notes = isChecked ? [] : [`${path} has no checksums (CRC-32): damage to its tensors is not found`];
  const metadata = isChecked ? {} : { checksums: "none" };
  return { path, format: "torch", metadata, notes, tensors, close, [Symbol.asyncDispose]: close };
}

async function checkKind(file: FileHandle, path: string): Promise<void> {
  const size = await sizeOfFile(file, path);
  const head = await readRange(file, path, 0, Math.min(4, size));
  if (looksLikeZip(head)) return;
  const isPickle = head[0] === 0x80;
  throw new CheckpointError(path, [
    {
      subject: "file",
      problem: isPickle ? "a bare pickle, as PyTorch wrote before 1.6" : "not what torch.save writes",
      expected: "a zip archive with data.pkl",
      got: isPickle ? undefined : `${size} bytes that begin otherwise`,
      hint: isPickle ? "load and save it with a newer PyTorch" : undefined,
    },
  ]);
}

async function readTensors(
  entries: ReadonlyMap<string, TorchEntry>,
  path: string,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const pickle = entries.get("data.pkl");
  if (pickle === undefined) {
    const got = `${entries.size} entries`;
    throw new CheckpointError(path, [{ subject: "data.pkl", problem: "missing in the archive", got }]);
  }
  const order = entries.get("byteorder");
  if (order !== undefined && order.bytes > LONGEST_ORDER) {
    const [expected, got] = ["little", `${order.bytes} bytes`];
    throw new CheckpointError(path, [{ subject: "byteorder", problem: "not read here", expected, got }]);
  }
  const endianness = order === undefined ? "little" : new TextDecoder().decode(await order.read());
  if (endianness !== "little") {
    const [expected, got] = ["little", endianness];
    throw new CheckpointError(path, [{ subject: "byteorder", problem: "not read here", expected, got }]);
  }
  if (pickle.bytes > LONGEST_PICKLE) {
    const got = `${pickle.bytes} bytes`;
    throw new CheckpointError(path, [{ subject: "data.pkl", problem: "too long to describe tensors", got }]);
  }
  const bytes = await pickle.read();
  try {
    return namedTensors(readPickle(bytes, torchRules(entries)), path);
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    const problem: Problem = { subject: "data.pkl", problem: error.message, ...error.details };
    throw new CheckpointError(path, [problem]);
  }
}

/** What training scripts call the dict that has the weights. */
const WRAPPERS = ["params", "state_dict", "model_state_dict", "model"];

function namedTensors(root: PickleValue, path: string): ReadonlyMap<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  let [dicts, items, letters] = [0, 0, 0];
  const visit = (value: PickleValue, name: string, around: readonly PickleValue[]): void => {
    if (value instanceof Tensor) {
      letters += name.length;
      if (letters > MOST_NAMES)
        throw new PickleError("the names of its tensors are too long", {
          expected: `at most ${MOST_NAMES} characters in all of them together`,
        });
      if (tensors.has(name)) throw new PickleError(`two tensors are called ${JSON.stringify(name)}`);
      tensors.set(name, storedTensor(name, value, path));
    } else if (value instanceof Map) {
      if (around.includes(value)) throw new PickleError("a dict of the pickle contains itself");
      // A dict may lie in another many times, and that in a third.
      if (++dicts > MOST_DICTS || around.length > DEEPEST)
        throw new PickleError("its dicts are too many or too deep", {
          expected: `at most ${MOST_DICTS} dicts, ${DEEPEST} deep`,
        });
      items += value.size;
      if (items > MOST_ITEMS)
        throw new PickleError("its dicts have too many items", { expected: `at most ${MOST_ITEMS}` });
      const below = [...around, value];
      for (const [key, item] of value) {
        const own = typeof key === "object" ? "?" : String(key);
        if (name.length + own.length > LONGEST_NAME)
          throw new PickleError("a name in it is too long", {
            expected: `at most ${LONGEST_NAME} characters`,
            got: `${own.slice(0, 20)}..., ${name.length + own.length} characters`,
          });
        visit(item, name === "" ? own : `${name}.${own}`, below);
      }
    }
  };
  visit(unwrap(root), "", []);
  if (tensors.size > 0) return tensors;
  throw new PickleError("there is no tensor in it", { expected: "a dict of tensors by name" });
}

const MOST_DICTS = 2 ** 16;
const MOST_ITEMS = 2 ** 22;
/** Of a tensor with the dicts around it: each that lies in a dict of a long name has that name. */
const LONGEST_NAME = 4096;
/** Of all names together: ten thousand tensors have some million characters. */
const MOST_NAMES = 2 ** 25;
const DEEPEST = 100;

function unwrap(root: PickleValue): PickleValue {
  const seen = new Set<PickleValue>();
  for (let at = root; at instanceof Map && !seen.has(at); ) {
    const dict = at;
    seen.add(dict);
    const inner = WRAPPERS.map((name) => dict.get(name)).find((value) => value instanceof Map);
    if (inner === undefined) return dict;
    at = inner;
  }
  return root;
}

function storedTensor(name: string, tensor: TorchTensor, path: string): StoredTensor {
  const { entry, dtype, offset, shape } = tensor;
  const bytes = packedBytes(dtype, shape)!;
  const elementBytes = packedBytes(dtype, [1])!;
  const begin = offset * elementBytes;
  const end = begin + spanOf(tensor) * elementBytes;
  const common = { name, dtype, shape, bytes, file: path };
  if (isRowMajor(tensor)) {
    return {
      ...common,
      read: (into) => entry.read(begin, end, into),
      isChecked: entry.isChecked,
      readPart: (at, into) => entry.read(begin + at, begin + at + into.length, into),
    };
  }
  return {
    ...common,
    read: async (into) => {
      const result = into ?? new Uint8Array(bytes);
      packStrided(await entry.read(begin, end), elementBytes, tensor, result);
      return result;
    },
  };
}
