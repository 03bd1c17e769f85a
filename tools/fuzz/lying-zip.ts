/** @file Zip archives (PKWARE's APPNOTE) that say things which are not so: each part is described, lies are told of some, and then it is written. */
import { crc32 } from "node:zlib";
import type { Random } from "./format.js";

/** What one header says of an entry. */
interface Said {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packed: number;
  unpacked: number;
  /** Fields after the name, as they are. */
  extra: Buffer;
}

interface Entry {
  readonly data: Uint8Array;
  readonly local: Said;
  readonly listed: Said & { offset: number | undefined; comment: Buffer; attributes: number };
  /** Behind the data: the sizes again. */
  descriptor: Buffer;
}

interface Archive {
  entries: Entry[];
  before: Buffer;
  /** Between the entries and their list, and behind all. */
  between: Buffer;
  after: Buffer;
  end: { count: number; countHere: number; bytes: number; offset: number; comment: Buffer };
  /** The wide end record and what says where it is. */
  wide: { count: bigint; bytes: bigint; offset: bigint; at: bigint } | undefined;
}

const little = (value: number | bigint, bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n)));

const said = (name: string, data: Uint8Array): Said => ({
  ...{ name, flags: 0, method: 0, crc: crc32(data), packed: data.length, unpacked: data.length },
  extra: Buffer.alloc(0),
});

const headerOf = ({ flags, method, crc, packed, unpacked, name, extra }: Said): Buffer =>
  Buffer.concat([
    ...[little(20, 2), little(flags, 2), little(method, 2), little(0, 2), little(0x21, 2)],
    ...[little(crc, 4), little(packed, 4), little(unpacked, 4)],
    ...[little(Buffer.byteLength(name), 2), little(extra.length, 2)],
  ]);

function written({ entries, before, between, after, end, wide }: Archive): Buffer {
  const parts = [before];
  const list: Buffer[] = [];
  let at = before.length;
  for (const { data, local, listed, descriptor } of entries) {
    const part = Buffer.concat([
      Buffer.from("PK\x03\x04"),
      headerOf(local),
      Buffer.from(local.name),
      local.extra,
      data,
      descriptor,
    ]);
    list.push(
      Buffer.concat([
        ...[Buffer.from("PK\x01\x02"), little(20, 2), headerOf(listed), little(listed.comment.length, 2)],
        ...[little(0, 4), little(listed.attributes, 4), little(listed.offset ?? at, 4)],
        ...[Buffer.from(listed.name), listed.extra, listed.comment],
      ]),
    );
    parts.push(part);
    at += part.length;
  }
  const listed = Buffer.concat(list);
  const begin = at + between.length;
  const wideRecord =
    wide === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([
          ...[Buffer.from("PK\x06\x06"), little(44, 8), little(45, 2), little(45, 2), little(0, 8)],
          ...[little(wide.count, 8), little(wide.count, 8)],
          ...[little(BigInt(listed.length) + wide.bytes, 8), little(BigInt(begin) + wide.offset, 8)],
          ...[Buffer.from("PK\x06\x07"), little(0, 4)],
          ...[little(BigInt(begin + listed.length) + wide.at, 8), little(1, 4)],
        ]);
  const record = Buffer.concat([
    ...[Buffer.from("PK\x05\x06"), little(0, 4), little(end.countHere, 2), little(end.count, 2)],
    ...[little(listed.length + end.bytes, 4), little(begin + end.offset, 4), little(end.comment.length, 2)],
  ]);
  return Buffer.concat([...parts, between, listed, wideRecord, record, end.comment, after]);
}

/** Values that readers compute with and may run over. */
const EDGES = [0, 1, 2, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xfffffffe, 0xffffffff];
const NAMES = [
  "",
  "/",
  "../x",
  "a/../../x",
  "archive/",
  "archive/data/0",
  "data.pkl",
  "archive/data.pkl\0",
  "\0",
  "C:\\x",
];

type Lie = (archive: Archive, random: Random, other: Buffer) => void;

const one = <T>(list: readonly T[], random: Random): T => list[random(list.length)]!;

/** Something of one header, both or the other one. */
const ofHeader =
  (lie: (header: Said, random: Random) => void): Lie =>
  ({ entries }, random) => {
    const { local, listed } = one(entries, random);
    const which = random(3);
    const seen = random(1 << 30);
    for (const header of [local, listed].slice(which === 1 ? 1 : 0, which === 0 ? 1 : 2))
      lie(header, (limit) => seen % limit);
  };

/** A field of sizes beyond 32 bits, whatever they are. */
const wideField = (random: Random): Buffer => {
  const values = [0n, 1n, 16n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];
  const count = random(4);
  const items = Array.from({ length: count }, () => little(one(values, random), 8));
  return Buffer.concat([little(1, 2), little(one([8 * count, 0, 28, 0xffff], random), 2), ...items]);
};

const LIES: readonly Lie[] = [
  ofHeader((header, random) => {
    header.name = one(NAMES, random);
  }),
  ofHeader((header, random) => {
    header.packed = one(EDGES, random);
  }),
  ofHeader((header, random) => {
    header.unpacked = one(EDGES, random);
  }),
  ofHeader((header, random) => {
    header.crc = one(EDGES, random);
  }),
  ofHeader((header, random) => {
    header.method = one([1, 8, 9, 12, 14, 93, 99, 0xffff], random);
  }),
  ofHeader((header, random) => {
    header.flags = one([1, 8, 0x40, 0x800, 0x2000, 0xffff], random);
  }),
  ofHeader((header, random) => {
    header.extra = wideField(random);
    if (random(2) === 0) header.packed = header.unpacked = 0xffffffff;
  }),
  ofHeader((header, random) => {
    header.extra = Buffer.alloc(one([1, 3, 4, 200, 0xffff], random), random(256));
  }),
  ({ entries }, random) => {
    one(entries, random).listed.offset = one([...EDGES, 30, 31, 100], random);
  },
  ({ entries }, random) => {
    one(entries, random).listed.attributes = one([0x10, 0xa1ff0000, 0x41ff0000, 0xffffffff], random);
  },
  ({ entries }, random) => {
    one(entries, random).listed.comment = Buffer.alloc(one([1, 22, 0xffff], random), random(256));
  },
  ({ entries }, random) => {
    const entry = one(entries, random);
    entry.descriptor = Buffer.concat([
      Buffer.from("PK\x07\x08"),
      little(one(EDGES, random), 4),
      little(7, 8),
    ]);
    entry.local.flags = entry.listed.flags = 8;
    if (random(2) === 0) entry.local.crc = entry.local.packed = entry.local.unpacked = 0;
  },
  // One entry within another: the list has it at the place of its neighbour.
  ({ entries }, random) => {
    const [a, b] = [one(entries, random), one(entries, random)];
    a.listed.offset = b.listed.offset;
    Object.assign(b.listed, { packed: b.data.length + 64, unpacked: b.data.length + 64 });
  },
  ({ entries }, random) => void entries.push(one(entries, random)),
  (archive, random) => {
    archive.entries = archive.entries.filter((_, i) => i !== random(archive.entries.length));
  },
  ({ entries }) => void entries.reverse(),
  ({ end }, random) => {
    end.count = one(EDGES, random) & 0xffff;
  },
  ({ end }, random) => {
    end.countHere = one(EDGES, random) & 0xffff;
  },
  ({ end }, random) => {
    end.bytes += one([-1, 1, 46, 2 ** 31], random);
  },
  ({ end }, random) => {
    end.offset += one([-1, 1, 30, 2 ** 31], random);
  },
  // A second end record in the comment of the first, and another archive around this one.
  (archive, random) => {
    archive.end.comment = one([Buffer.from("PK\x05\x06"), written({ ...archive }).subarray(-22)], random);
  },
  (archive, _, other) => {
    archive.end.comment = other.length < 0xffff ? other : other.subarray(-22);
  },
  (archive, _, other) => {
    archive.after = other;
  },
  (archive, _, other) => {
    archive.before = other;
  },
  (archive, _, other) => {
    archive.between = other;
  },
  (archive, random) => {
    archive.after = Buffer.alloc(one([1, 22, 70_000], random), random(256));
  },
  (archive, random) => {
    const values = [0n, 1n, -1n, 2n ** 31n, 2n ** 53n, 2n ** 63n];
    const count = BigInt(archive.entries.length);
    archive.wide = {
      count: count + one([0n, ...values], random),
      ...{ bytes: one([0n, ...values], random), offset: one([0n, 0n, ...values], random) },
      at: one([0n, 0n, ...values], random),
    };
    if (random(2) === 0) Object.assign(archive.end, { count: 0xffff, countHere: 0xffff });
  },
];

/**
 * An archive of these entries that has been lied about up to three times, the same for the same numbers; cut off at times.
 * @param others entries of another archive that may stand in its comment, before or behind it
 */
export function lyingZip(
  files: Readonly<Record<string, Uint8Array>>,
  others: Readonly<Record<string, Uint8Array>>,
  random: Random,
): Uint8Array {
  const other = written(describe(others));
  const archive = describe(files);
  for (let lies = random(4); lies > 0; lies--) one(LIES, random)(archive, random, other);
  const bytes = written(archive);
  return random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}

function describe(files: Readonly<Record<string, Uint8Array>>): Archive {
  const entries = Object.entries(files).map(([name, data]) => ({
    data,
    local: said(name, data),
    listed: { ...said(name, data), offset: undefined, comment: Buffer.alloc(0), attributes: 0 },
    descriptor: Buffer.alloc(0),
  }));
  const none = () => Buffer.alloc(0);
  const { length } = entries;
  return {
    ...{ entries, before: none(), between: none(), after: none(), wide: undefined },
    end: { count: length, countHere: length, bytes: 0, offset: 0, comment: none() },
  };
}

/** An archive of these entries, as they are. */
export const honestZip = (files: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  written(describe(files));
