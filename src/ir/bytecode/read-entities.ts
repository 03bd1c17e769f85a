/**
 * @file Reads attributes and types. They refer to each other in any order, so that bytes of anyone may be
 * circular, deep, or grow without end: each is refused here, so that all who walk them later need not care.
 */
import type { ByteReader } from "./byte-reader.js";
import { isLocation } from "./builtin.js";
import type { Codec, Entity, EntityKind, FieldValue, ResourceEntry } from "./entity.js";
import { pick } from "./read-tables.js";
import { type Schema, textCodec } from "./program.js";
import { decodeText } from "./strings.js";

/**
 * How deep attributes and types may nest. Locations inside of locations do not count: those of recursive programs are chains
 * of many thousands, and all who walk them do so without recursion.
 */
const maxDepth = 256;
/** How many attributes and types one may hold, a shared one counted each time. */
const maxSize = 1_000_000;

/** Where one entry stands. */
interface Entry {
  readonly kind: EntityKind;
  readonly dialect: string;
  readonly bytes: ByteReader;
  readonly isText: boolean;
}

interface Resolved {
  readonly entity: Entity;
  readonly depth: number;
  readonly size: number;
}

/** Stands for an entry that is read later; the attempt is thrown away. */
const pendingCodec: Codec = {
  dialect: "",
  kind: "attribute",
  name: "pending",
  code: undefined,
  fields: [],
  since: "0.9.0",
  bits: () => 8,
};
const pending: Entity = { codec: pendingCodec, values: [] };

export class EntityTable {
  readonly #entries: readonly Entry[];
  readonly #attributeCount: number;
  readonly #resolved: (Resolved | undefined)[];
  readonly #open = new Set<number>();

  /** @param offsets section 3; @param content section 2. */
  constructor(
    offsets: ByteReader,
    content: ByteReader,
    dialects: readonly string[],
    private readonly strings: readonly string[],
    private readonly resources: readonly (ResourceEntry | undefined)[],
    private readonly schema: Schema,
  ) {
    const attributeCount = offsets.varint();
    const typeCount = offsets.varint();
    this.#attributeCount = attributeCount;
    const attributes = readEntries("attribute", attributeCount, offsets, content, dialects);
    const types = readEntries("type", typeCount, offsets, content, dialects);
    offsets.expectEnd("the table of offsets");
    content.expectEnd("the table of attributes and types");
    this.#entries = [...attributes, ...types];
    this.#resolved = Array.from(this.#entries, () => undefined);
  }

  /** Attribute or type `index`; `at` is where it is referred to. @throws BytecodeError */
  get(kind: EntityKind, index: number, at: ByteReader): Entity {
    const number = this.#number(kind, index, at);
    const todo = [number];
    while (todo.length > 0) {
      const current = todo.at(-1)!;
      const missing = this.#resolved[current] === undefined ? this.#attempt(current) : [];
      if (missing.length === 0) {
        this.#open.delete(current);
        todo.pop();
        continue;
      }
      this.#open.add(current);
      const circular = missing.find((other) => this.#open.has(other));
      if (circular !== undefined) {
        const entry = this.#entries[circular]!;
        entry.bytes.fail(`${entry.kind} ${this.#index(circular)} contains itself`);
      }
      for (const other of missing) todo.push(other);
    }
    return this.#resolved[number]!.entity;
  }

  #number(kind: EntityKind, index: number, at: ByteReader): number {
    const count = kind === "attribute" ? this.#attributeCount : this.#entries.length - this.#attributeCount;
    if (index >= count) at.fail(`there is no ${kind} ${index}, the last is ${count - 1}`);
    return kind === "attribute" ? index : this.#attributeCount + index;
  }

  #index(number: number): number {
    return number < this.#attributeCount ? number : number - this.#attributeCount;
  }

  /** Reads entry `number` if all that it refers to is known; else returns what is not. */
  #attempt(number: number): readonly number[] {
    const { kind, dialect, bytes: start, isText } = this.#entries[number]!;
    const bytes = start.restart();
    if (isText) {
      const text = decodeText(bytes.untilZero());
      const entity: Entity = { codec: textCodec(dialect, kind), values: [text] };
      this.#resolved[number] = { entity, depth: 1, size: 1 };
      return [];
    }
    const missing: number[] = [];
    let depth = 1;
    let size = 1;
    const codec = this.#codec(kind, dialect, bytes);
    const input = {
      bytes,
      string: (index: number) => pick(this.strings, index, "string", bytes),
      resource: (index: number) =>
        pick(this.resources, index, "resource", bytes) ??
        bytes.fail(`resource ${index} is no blob of the builtin dialect`),
      entity: (inner: EntityKind, index: number): Entity => {
        const other = this.#number(inner, index, bytes);
        const known = this.#resolved[other];
        if (known === undefined) {
          missing.push(other);
          return pending;
        }
        const isChain = isLocation(codec) && isLocation(known.entity.codec);
        depth = Math.max(depth, known.depth + (isChain ? 0 : 1));
        size += known.size;
        return known.entity;
      },
    };
    const values: FieldValue[] = [];
    for (const field of codec.fields) values.push(field.read(input, [...values]));
    if (missing.length > 0) return missing;
    bytes.expectEnd(`${kind} ${this.#index(number)} (${dialect} ${codec.name})`);
    if (depth > maxDepth) start.fail(`${kind} ${this.#index(number)} nests more than ${maxDepth} deep`);
    if (size > maxSize) start.fail(`${kind} ${this.#index(number)} holds more than ${maxSize} others`);
    this.#resolved[number] = { entity: { codec, values }, depth, size };
    return [];
  }

  #codec(kind: EntityKind, dialect: string, bytes: ByteReader): Codec {
    const offset = bytes.offset;
    const code = bytes.varint();
    const codec = this.schema.codec(dialect, kind, code);
    return codec ?? bytes.fail(`${kind} code ${code} of dialect ${dialect} is unknown`, offset);
  }
}

function readEntries(
  kind: EntityKind,
  count: number,
  offsets: ByteReader,
  content: ByteReader,
  dialects: readonly string[],
): Entry[] {
  const entries: Entry[] = [];
  while (entries.length < count) {
    const dialect = pick(dialects, offsets.varint(), "dialect", offsets);
    const run = offsets.count(`${kind}s`);
    if (run === 0 || entries.length + run > count)
      offsets.fail(`a run of ${run} ${kind}s of ${count} in all`);
    for (let i = 0; i < run; i++) {
      const { value: length, flag: hasCodec } = offsets.flaggedVarint();
      entries.push({ kind, dialect, bytes: content.section(length), isText: !hasCodec });
    }
  }
  return entries;
}
