/**
 * @file The database that orbax keeps arrays in: OCDBT, a B+tree in files that are only appended to, as TensorStore's documentation of
 * kvstore/ocdbt describes it. Of versions only the newest is read.
 */
import { join } from "node:path";
import { openFile, readRange, sizeOfFile } from "../file.js";
import {
  damaged,
  type DataFile,
  MOST_NODE_BYTES,
  type NodeReader,
  readDataFiles,
  readNode,
} from "./node-bytes.js";
import { OpenFiles, type ValueStore } from "./store.js";

/** The file that says where the newest version's root is. */
export const MANIFEST = "manifest.ocdbt";

export const MANIFEST_MAGIC = 0x0cdb3a2a;
export const NODE_MAGIC = 0x0cdb20de;

/** More levels than any tree of keys has. */
const HIGHEST = 64;

interface Place {
  readonly file: DataFile;
  readonly offset: number;
  readonly length: number;
}

type Value = Place | Uint8Array<ArrayBuffer>;

/** Opens the database in a folder and reads all its keys. @throws CheckpointError for nodes whose checksum or form is wrong */
export async function openDatabase(folder: string): Promise<ValueStore> {
  const files = new OpenFiles();
  try {
    const values = new Map<string, Value>();
    const { place, height } = await readManifest(folder);
    await readTree({ folder, files, values, nodes: 0, bytes: 0, keys: 0 }, place, height, new Uint8Array(0));
    return {
      keys: values.keys(),
      read: async (key, allocate) => {
        const value = values.get(key);
        if (value === undefined || value instanceof Uint8Array) return value;
        return files.read(join(folder, value.file.path), value.offset, value.length, allocate);
      },
      sizeOf: async (key) => values.get(key)?.length,
      readPart: async (key, begin, into) => {
        const value = values.get(key)!;
        if (value instanceof Uint8Array) into.set(value.subarray(begin, begin + into.length));
        else await files.read(join(folder, value.file.path), value.offset + begin, into.length, () => into);
        return into;
      },
      close: () => files.close(),
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

interface Root {
  readonly place: Place;
  readonly height: number;
}

/** Longer is no manifest, bytes: each version is a line of some tens. */
const LONGEST_MANIFEST = 1 << 24;

/** Where the newest version's root lies. */
async function readManifest(folder: string): Promise<Root> {
  const path = join(folder, MANIFEST);
  await using file = await openFile(path);
  const size = await sizeOfFile(file, path);
  if (size > LONGEST_MANIFEST)
    throw damaged(path, "too large", { expected: `at most ${LONGEST_MANIFEST} bytes`, got: `${size} bytes` });
  const reader = await readNode(await readRange(file, path, 0, size), MANIFEST_MAGIC, path);
  reader.skip(16);
  const kind = reader.varint();
  if (kind !== 0) {
    const [expected, got] = ["a single manifest (kind 0)", `kind ${kind}`];
    throw damaged(path, "its versions lie in files of their own, which orbax does not write", {
      expected,
      got,
    });
  }
  reader.varint();
  reader.varint();
  reader.uint8();
  const compression = reader.varint();
  if (compression === 1) reader.skip(4);
  const dataFiles = readDataFiles(reader, "");
  const count = reader.varint();
  if (count === 0) throw damaged(path, "it has no version");
  reader.varints(count);
  const heights = Array.from(reader.slice(count));
  const ids = reader.varints(count);
  const offsets = reader.varints(count);
  const lengths = reader.varints(count);
  const last = count - 1;
  const place = placeOf(path, dataFiles, ids[last]!, offsets[last]!, lengths[last]!);
  return { place, height: heights[last]! };
}

const MOST_NODES = 2 ** 16;
/** Bytes of all nodes, taken apart, and of all keys: a node may be named, and taken apart, many times. */
const MOST_TREE_BYTES = 2 ** 30;
/** Keys of all nodes; an array has two or more. */
const MOST_KEYS = 2 ** 22;

interface Database {
  readonly folder: string;
  readonly files: OpenFiles;
  readonly values: Map<string, Value>;
  /** How many nodes were read, and the bytes that they had. */
  nodes: number;
  bytes: number;
  /** How many keys they had. */
  keys: number;
}

/** Adds up what nodes have. @throws CheckpointError when it is more than any tree has */
function take(database: Database, where: string, { bytes, keys }: Pick<Database, "bytes" | "keys">): void {
  database.bytes += bytes;
  database.keys += keys;
  if (database.bytes <= MOST_TREE_BYTES && database.keys <= MOST_KEYS) return;
  throw damaged(where, "it has too much", {
    expected: `at most ${MOST_KEYS} keys and ${MOST_TREE_BYTES} bytes in all nodes`,
  });
}

/** Reads the node at `place`, whose keys all begin with `prefix`, and all below it. */
async function readTree(database: Database, place: Place, height: number, prefix: Uint8Array): Promise<void> {
  const { folder, files, values } = database;
  const path = join(folder, place.file.path);
  const where = `${path}, byte ${place.offset}`;
  // A node may be named more than once, and so may what is below it.
  if (++database.nodes > MOST_NODES) throw damaged(where, "it has too many nodes");
  if (place.length > MOST_NODE_BYTES)
    throw damaged(where, "it is too large", {
      expected: `at most ${MOST_NODE_BYTES} bytes`,
      got: `${place.length} bytes`,
    });
  const reader = await readNode(await files.read(path, place.offset, place.length), NODE_MAGIC, where);
  take(database, where, { bytes: reader.bytes.length, keys: 0 });
  // Heights fall by one from the root on, so that no node is below itself.
  const own = reader.uint8();
  if (own !== height || height > HIGHEST) {
    const [expected, got] = [`height ${height}`, `height ${own}`];
    throw damaged(where, "it is not as high as what refers to it says", { expected, got });
  }
  const dataFiles = readDataFiles(reader, place.file.base);
  const count = reader.varint();
  if (count === 0) throw damaged(where, "it has no entry");
  const prefixLengths = reader.varints(count - 1);
  const suffixLengths = reader.varints(count);
  if (height === 0) {
    const keys = reader.prefixed(prefixLengths, suffixLengths).map((key) => textOf(prefix, key));
    const keyBytes = keys.reduce((sum, key) => sum + key.length, 0);
    take(database, where, { bytes: keyBytes, keys: keys.length });
    for (const [i, value] of readValues(reader, count, dataFiles).entries()) values.set(keys[i]!, value);
    return;
  }
  const commonLengths = reader.varints(count);
  const keys = reader.prefixed(prefixLengths, suffixLengths);
  const ids = reader.varints(count);
  const offsets = reader.varints(count);
  const lengths = reader.varints(count);
  for (let i = 0; i < count; i++) {
    const child = placeOf(where, dataFiles, ids[i]!, offsets[i]!, lengths[i]!);
    const common = keys[i]!.subarray(0, commonLengths[i]);
    await readTree(database, child, height - 1, Buffer.concat([prefix, common]));
  }
}

// A decoder would take a mark of the order of bytes away.
const textOf = (prefix: Uint8Array, key: Uint8Array): string => Buffer.concat([prefix, key]).toString();

/** The values of a leaf: in it, or where they lie. */
function readValues(reader: NodeReader, count: number, dataFiles: readonly DataFile[]): readonly Value[] {
  const lengths = reader.varints(count);
  const kinds = reader.varints(count);
  const apart = kinds.filter((kind) => kind === 1).length;
  if (kinds.some((kind) => kind > 1)) throw damaged(reader.where, "a value is of no known kind");
  const ids = reader.varints(apart);
  const offsets = reader.varints(apart);
  let next = 0;
  return kinds.map((kind, i) => {
    if (kind === 0) return reader.slice(lengths[i]!);
    const place = placeOf(reader.where, dataFiles, ids[next]!, offsets[next]!, lengths[i]!);
    next += 1;
    return place;
  });
}

function placeOf(
  where: string,
  files: readonly DataFile[],
  id: number,
  offset: number,
  length: number,
): Place {
  const file = files[id];
  if (file === undefined) throw damaged(where, "it refers to a file that it does not list");
  return { file, offset, length };
}
