/** @file The B+tree of an OCDBT database, written from its leaves up: TensorStore's documentation of kvstore/ocdbt, "B+tree node format". */
import type { DataFile } from "./node-bytes.js";
import { NodeWriter, sharedLength } from "./node-writer.js";
import { NODE_MAGIC } from "./ocdbt.js";

/** Where bytes lie in a file. */
interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** A key and its value, which is in the tree, or lies in a file. */
export interface TreeEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array | Extent;
}

/** What is counted of a node and all below it, in keys and bytes. */
interface Statistics {
  readonly keys: number;
  readonly treeBytes: number;
  readonly valueBytes: number;
}

/** A node that is written. */
export interface WrittenNode {
  readonly extent: Extent;
  readonly height: number;
  readonly statistics: Statistics;
}

/** A node as its parent has it. */
interface Child extends WrittenNode {
  /** The first of its keys. */
  readonly key: Uint8Array;
  /** How many bytes all its keys begin with alike, which are not stored in it. */
  readonly common: number;
}

/** Where a tree is written. */
export interface TreePlace {
  /** The file of values that are not in the tree. */
  readonly values: DataFile;
  /** The file of the nodes, as these refer to it. */
  readonly nodes: DataFile;
  /** Adds a node to that file, and tells where it begins. */
  append(node: Uint8Array): Promise<number>;
  /** About how large a node may be, bytes. */
  readonly nodeBytes?: number | undefined;
}

/** Far below what TensorStore makes and reads (8 MB by default, of at most 2^20 entries). */
const NODE_BYTES = 2 ** 20;

/** Of an entry beside key and value: numbers of some bytes each. */
const ENTRY_BYTES = 32;

/** Writes the tree of `entries`, which are sorted by their keys' bytes, and one at least. Gives its root. */
export async function writeTree(entries: readonly TreeEntry[], place: TreePlace): Promise<WrittenNode> {
  const { nodeBytes = NODE_BYTES } = place;
  const inTree = ({ value }: TreeEntry) => (value instanceof Uint8Array ? value.length : 0);
  const leaves = grouped(entries, (entry) => inTree(entry) + entry.key.length, 1, nodeBytes);
  let level: Child[] = [];
  for (const leaf of leaves) level.push(await writeLeaf(leaf, leaves.length === 1, place));
  while (level.length > 1) {
    const parents = grouped(level, ({ key }) => key.length, 2, nodeBytes);
    const above: Child[] = [];
    for (const children of parents) above.push(await writeParent(children, parents.length === 1, place));
    level = above;
  }
  return level[0]!;
}

/** Neighbours put together until they have `most` bytes, `least` of them at least. */
function grouped<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  least: number,
  most: number,
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const own = bytesOf(item) + ENTRY_BYTES;
    const last = groups.at(-1);
    if (last === undefined || (bytes + own > most && last.length >= least)) {
      groups.push([item]);
      bytes = own;
    } else {
      last.push(item);
      bytes += own;
    }
  }
  return groups;
}

async function writeLeaf(entries: readonly TreeEntry[], isRoot: boolean, place: TreePlace): Promise<Child> {
  const keys = entries.map(({ key }) => key);
  const common = isRoot ? 0 : sharedLength(keys[0]!, keys.at(-1)!);
  const values = entries.map(({ value }) => value);
  const apart = values.flatMap((value) => (value instanceof Uint8Array ? [] : [value]));
  const node = new NodeWriter();
  node.number(0, 1);
  node.dataFile(apart.length === 0 ? undefined : place.values);
  node.varint(entries.length);
  node.keys(keys.map((key) => key.subarray(common)));
  node.varints(values.map(({ length }) => length));
  node.varints(values.map((value) => (value instanceof Uint8Array ? 0 : 1)));
  node.varints(apart.map(() => 0));
  node.varints(apart.map(({ offset }) => offset));
  node.bytes(...values.filter((value) => value instanceof Uint8Array));
  const bytes = node.sealed(NODE_MAGIC);
  const extent = { offset: await place.append(bytes), length: bytes.length };
  const statistics = { keys: entries.length, treeBytes: bytes.length, valueBytes: sum(apart, "length") };
  return { key: keys[0]!, common, extent, height: 0, statistics };
}

async function writeParent(children: readonly Child[], isRoot: boolean, place: TreePlace): Promise<Child> {
  const keys = children.map(({ key }) => key);
  const alike = Math.min(sharedLength(keys[0]!, keys.at(-1)!), ...children.map(({ common }) => common));
  const common = isRoot ? 0 : alike;
  const height = children[0]!.height + 1;
  const node = new NodeWriter();
  node.number(height, 1);
  node.dataFile(place.nodes);
  node.varint(children.length);
  node.keys(
    keys.map((key) => key.subarray(common)),
    children.map((child) => child.common - common),
  );
  node.varints(children.map(() => 0));
  node.varints(children.map(({ extent }) => extent.offset));
  node.varints(children.map(({ extent }) => extent.length));
  const below = children.map(({ statistics }) => statistics);
  for (const name of STATISTICS) node.varints(below.map((statistics) => statistics[name]));
  const bytes = node.sealed(NODE_MAGIC);
  const extent = { offset: await place.append(bytes), length: bytes.length };
  const statistics = {
    keys: sum(below, "keys"),
    treeBytes: sum(below, "treeBytes") + bytes.length,
    valueBytes: sum(below, "valueBytes"),
  };
  return { key: keys[0]!, common, extent, height, statistics };
}

/** In the order that nodes and manifests have them in. */
export const STATISTICS = ["keys", "treeBytes", "valueBytes"] as const;

const sum = <K extends string>(items: readonly Readonly<Record<K, number>>[], name: K): number =>
  items.reduce((all, item) => all + item[name], 0);
