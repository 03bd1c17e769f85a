/** @file The database that orbax keeps arrays in, written: values and a tree in the folder of the process that saved them, and a tree of all above it. */
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { sha256 } from "../../support/hash.js";
import { type FileSink, fillNewFile } from "../write-file.js";
import type { DataFile } from "./node-bytes.js";
import { NodeWriter } from "./node-writer.js";
import { MANIFEST, MANIFEST_MAGIC } from "./ocdbt.js";
import { STATISTICS, type TreeEntry, type WrittenNode, writeTree } from "./tree-writer.js";
import type { Parts, ValueSink } from "./value-sink.js";

/** Where the one process that saves puts what it saves, as orbax calls it. */
const PROCESS = "ocdbt.process_0";

/** Where the files of values and nodes lie in a database. */
const DATA = "d";

/** Values of at most so many bytes lie in the tree: orbax's choice. */
const MOST_INLINE = 1024;

/** What orbax allows a node to have, bytes; ours stay below. */
const MOST_NODE_BYTES = 100_000_000;

/** Generations that a node of the tree of versions refers to: 2^4, TensorStore's choice. There is one. */
const ARITY_LOG2 = 4;

/**
 * Writes a database of what `fill` puts, one value at least, into a folder that is there. Large values go to the disk as they come; the tree
 * holds the small ones until the end. Equal values are equal bytes: nothing is random, and it was made in 1970.
 * @param nodeBytes about how large a node of the tree may be; default: a megabyte
 */
export async function writeDatabase(
  folder: string,
  fill: (values: ValueSink) => Promise<void>,
  nodeBytes?: number,
): Promise<void> {
  const process = join(folder, PROCESS);
  await mkdir(join(process, DATA), { recursive: true });
  await mkdir(join(folder, DATA));
  const unnamed = join(process, DATA, "unnamed");
  const { entries, name, identity } = await writeValues(unnamed, process, fill, nodeBytes);
  await rename(unnamed, join(process, name));
  const values: DataFile = { path: `${PROCESS}/${name}`, base: `${PROCESS}/` };
  const nodes: DataFile = { path: fileName(`root of ${identity}`), base: "" };
  await fillNewFile(join(folder, nodes.path), async (sink) => {
    const root = await writeTree(entries, { values, nodes, append: appendTo(sink), nodeBytes });
    await writeManifest(folder, nodes, root, `database of ${identity}`);
  });
}

interface WrittenValues {
  /** Sorted by their keys. */
  readonly entries: readonly TreeEntry[];
  /** What the file that they lie in is to be called in its database. */
  readonly name: string;
  /** Other values have another. */
  readonly identity: string;
}

/** Writes the database of the process: one file of values, and of its tree behind them. */
async function writeValues(
  path: string,
  folder: string,
  fill: (values: ValueSink) => Promise<void>,
  nodeBytes: number | undefined,
): Promise<WrittenValues> {
  const entries: TreeEntry[] = [];
  const sums: (readonly [key: string, bytes: number, sum: number])[] = [];
  let identity = "";
  let name = "";
  await fillNewFile(path, async (sink) => {
    const put = async (key: string, bytes: number, parts: Parts) => {
      const [offset, kept] = [sink.position, [] as Uint8Array[]];
      let sum = 0;
      for await (const part of parts) {
        sum = crc32(part, sum);
        if (bytes <= MOST_INLINE) kept.push(part.slice());
        else await sink.append(part);
      }
      sums.push([key, bytes, sum]);
      const value = bytes <= MOST_INLINE ? Buffer.concat(kept) : { offset, length: bytes };
      entries.push({ key: Buffer.from(key), value });
    };
    await fill({ put });
    entries.sort((a, b) => Buffer.compare(a.key, b.key));
    identity = sha256(JSON.stringify(sums));
    name = fileName(`values of ${identity}`);
    const own: DataFile = { path: name, base: "" };
    const root = await writeTree(entries, { values: own, nodes: own, append: appendTo(sink), nodeBytes });
    await writeManifest(folder, own, root, `process of ${identity}`);
  });
  return { entries, name, identity };
}

/** 128 bits in hexadecimal, by which readers know a file. */
const fileName = (what: string): string => `${DATA}/${sha256(what).slice(0, 32)}`;

const appendTo =
  (sink: FileSink) =>
  async (bytes: Uint8Array): Promise<number> => {
    const { position } = sink;
    await sink.append(bytes);
    return position;
  };

/** `manifest.ocdbt`, of one version: the configuration, and where that version's root lies. */
async function writeManifest(
  folder: string,
  nodes: DataFile,
  { extent, height, statistics }: WrittenNode,
  name: string,
): Promise<void> {
  const manifest = new NodeWriter();
  manifest.bytes(Buffer.from(sha256(name).slice(0, 32), "hex"));
  // All in one file; values in the tree; nodes.
  manifest.varints([0, MOST_INLINE, MOST_NODE_BYTES]);
  manifest.number(ARITY_LOG2, 1);
  // No compression.
  manifest.varint(0);
  manifest.dataFile(nodes);
  // One version, of generation 1.
  manifest.varints([1, 1]);
  manifest.number(height, 1);
  manifest.varints([0, extent.offset, extent.length, ...STATISTICS.map((each) => statistics[each])]);
  // Nanoseconds since 1970.
  manifest.number(0, 8);
  // No older versions.
  manifest.varint(0);
  await fillNewFile(join(folder, MANIFEST), (sink) => sink.append(manifest.sealed(MANIFEST_MAGIC)));
}
