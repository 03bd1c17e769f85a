/** @file Reads the tables of a bytecode file: sections, strings, dialects, operation names, properties. */
import type { ByteReader } from "./byte-reader.js";
import type { ResourceEntry } from "./entity.js";
import { aligned, features, padding, resourceKinds, sections } from "./program.js";
import { decodeText } from "./strings.js";

/** The sections of a file by id. */
export function readSections(file: ByteReader): Map<number, ByteReader> {
  const found = new Map<number, ByteReader>();
  while (file.remaining > 0) {
    const start = file.offset;
    const head = file.byte();
    const id = head % aligned;
    const length = file.varint();
    if (head >= aligned) skipPadding(file, file.varint());
    if (id > sections.properties) file.fail(`section ${id} is unknown`, start);
    if (found.has(id)) file.fail(`section ${id} stands here a second time`, start);
    found.set(id, file.section(length));
  }
  return found;
}

/** Padding up to the next multiple of `alignment`. */
function skipPadding(file: ByteReader, alignment: number): void {
  if (alignment === 0 || !Number.isInteger(Math.log2(alignment)))
    file.fail(`an alignment must be a power of two, got ${alignment}`);
  while (file.offset % alignment !== 0) if (file.byte() !== padding) file.fail("padding must be bytes CB");
}

/** The strings of section 0: lengths from the last to the first, then the bytes. */
export function readStrings(section: ByteReader): string[] {
  const count = section.count("strings");
  const lengths = Array.from({ length: count }, () => section.varint()).reverse();
  const strings = lengths.map((length) => {
    const bytes = section.bytes(length);
    if (bytes.at(-1) !== 0) section.fail("a string has no NUL at its end");
    return decodeText(bytes.subarray(0, -1));
  });
  section.expectEnd("the string section");
  return strings;
}

/** Item `index` of a table. @throws BytecodeError when there is none. */
export function pick<T>(table: readonly T[], index: number, what: string, at: ByteReader): T {
  if (index >= table.length) at.fail(`there is no ${what} ${index}, the last is ${table.length - 1}`);
  return table[index]!;
}

/** The dialects and full names of operations of section 1. */
export interface NameTables {
  readonly dialects: readonly string[];
  readonly operations: readonly string[];
}

export function readNames(section: ByteReader, strings: readonly string[], version: number): NameTables {
  const name = (flagged: boolean): { readonly text: string; readonly flag: boolean } => {
    const { value, flag } = flagged ? section.flaggedVarint() : { value: section.varint(), flag: false };
    return { text: pick(strings, value, "string", section), flag };
  };
  const dialects = section.list("dialects", () => {
    const { text, flag: hasVersion } = name(version >= features.dialectVersions);
    if (hasVersion) skipDialectVersion(section);
    return text;
  });
  const operations: string[] = [];
  if (version >= features.compactArguments) section.count("operation names");
  while (section.remaining > 0) {
    const dialect = pick(dialects, section.varint(), "dialect", section);
    const names = section.list("operation names", () => name(version >= features.properties).text);
    for (const text of names) operations.push(`${dialect}.${text}`);
  }
  return { dialects, operations };
}

/** A dialect may have a version of its own, in a section that means nothing to us. */
function skipDialectVersion(section: ByteReader): void {
  if ((section.byte() & 0x7f) !== sections.dialectVersions)
    section.fail("a dialect's version must stand here");
  section.section(section.varint());
}

/** The entries of section 8. */
export function readProperties(section: ByteReader | undefined): ByteReader[] {
  if (section === undefined) return [];
  const entries = section.list("properties", () => section.section(section.varint()));
  section.expectEnd("the property section");
  return entries;
}

/**
 * The resources of the builtin dialect by their numbers, from sections 6 and 5; undefined where another dialect's resource, or one that is no
 * blob, has the number. Those of no dialect have no number.
 */
export function readResources(
  offsets: ByteReader | undefined,
  content: ByteReader | undefined,
  dialects: readonly string[],
  strings: readonly string[],
): readonly (ResourceEntry | undefined)[] {
  if (offsets === undefined || content === undefined) return [];
  const entries = (): (ResourceEntry | undefined)[] =>
    offsets.list("resources", () => {
      const key = pick(strings, offsets.varint(), "string", offsets);
      const entry = content.section(offsets.varint());
      const isBlob = offsets.byte() === resourceKinds.blob;
      return isBlob ? readBlob(key, entry) : undefined;
    });
  const outer = offsets.count("groups of resources");
  for (let i = 0; i < outer; i++) {
    pick(strings, offsets.varint(), "string", offsets);
    entries();
  }
  const resources: (ResourceEntry | undefined)[] = [];
  while (offsets.remaining > 0) {
    const dialect = pick(dialects, offsets.varint(), "dialect", offsets);
    for (const entry of entries()) resources.push(dialect === "builtin" ? entry : undefined);
  }
  content.expectEnd("the resource section");
  return resources;
}

/** A resource whose entry is empty has a key alone. */
function readBlob(key: string, entry: ByteReader): ResourceEntry {
  if (entry.remaining === 0) return { key, alignment: 1, data: undefined };
  const alignment = entry.varint();
  const length = entry.varint();
  if (alignment > 1) skipPadding(entry, alignment);
  const data = entry.bytes(length).slice();
  entry.expectEnd("a resource");
  return { key, alignment, data };
}
