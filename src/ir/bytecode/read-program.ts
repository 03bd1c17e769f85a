/** @file Reads MLIR bytecode of the versions 0 to 6. */
import { builtinAttributes, builtinTypes } from "./builtin.js";
import { ByteReader } from "./byte-reader.js";
import { type Entity, isA } from "./entity.js";
import { BytecodeError } from "./errors.js";
import {
  type BytecodeArgument,
  type BytecodeBlock,
  type BytecodeOperation,
  type BytecodeRegion,
  countValues,
  features,
  magic,
  newestBytecode,
  type Program,
  type Property,
  parts,
  type Schema,
  sections,
} from "./program.js";
import { EntityTable } from "./read-entities.js";
import {
  type NameTables,
  pick,
  readNames,
  readProperties,
  readResources,
  readSections,
  readStrings,
} from "./read-tables.js";
import { decodeText } from "./strings.js";

/** How deep regions may nest. */
const maxNesting = 128;

/** Whether bytes begin as MLIR bytecode does. */
export const isBytecode = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

class ProgramReader {
  readonly #names: NameTables;
  readonly #entities: EntityTable;
  readonly #properties: readonly ByteReader[];

  constructor(
    readonly version: number,
    readonly found: ReadonlyMap<number, ByteReader>,
    readonly schema: Schema,
  ) {
    const strings = readStrings(this.section(sections.strings));
    this.#names = readNames(this.section(sections.dialects), strings, version);
    this.#entities = new EntityTable(
      this.section(sections.entityOffsets),
      this.section(sections.entities),
      this.#names.dialects,
      strings,
      readResources(
        found.get(sections.resourceOffsets),
        found.get(sections.resources),
        this.#names.dialects,
        strings,
      ),
      schema,
    );
    this.#properties = readProperties(found.get(sections.properties));
  }

  section(id: number): ByteReader {
    const section = this.found.get(id);
    if (section === undefined) throw new BytecodeError(`section ${id} is missing`, 0);
    return section;
  }

  root(): BytecodeOperation {
    const bytes = this.section(sections.operations);
    const { value: count, flag: hasArguments } = bytes.flaggedVarint();
    if (count !== 1 || hasArguments) bytes.fail("the file must hold one operation, the module");
    const root = this.#operation(bytes, 0);
    bytes.expectEnd("the module");
    return root;
  }

  #operation(bytes: ByteReader, depth: number): BytecodeOperation {
    const offset = bytes.offset;
    const name = pick(this.#names.operations, bytes.varint(), "operation name", bytes);
    const layout = this.schema.properties(name);
    if (layout === undefined) bytes.fail(`operation ${name} is unknown`, offset);
    const mask = bytes.byte();
    const has = (part: keyof typeof parts): boolean => (mask & parts[part]) !== 0;
    if (mask >= 0x80) bytes.fail(`the operation has an unknown part (mask ${mask})`, offset);
    const location = this.#attribute(bytes);
    const dictionary = has("discardable") ? this.#attribute(bytes) : undefined;
    if (dictionary !== undefined && !isA(dictionary, builtinAttributes.dictionary))
      bytes.fail("the attributes of an operation must be a dictionary", offset);
    const entry = has("properties")
      ? pick(this.#properties, bytes.varint(), "property entry", bytes)
      : undefined;
    const results = has("results") ? bytes.list("results", () => this.#type(bytes)) : [];
    const operands = has("operands") ? bytes.list("operands", () => bytes.varint()) : [];
    if (has("successors")) bytes.fail("operations here have no successors", offset);
    if (has("useLists")) this.#skipUseLists(bytes, results.length);
    const attributes =
      this.version < features.properties
        ? splitDictionary(dictionary, layout)
        : { discardable: dictionary, properties: this.#propertiesOf(entry, layout, bytes) };
    const regions = has("regions") ? this.#regions(bytes, depth + 1) : { regions: [], isolated: false };
    return { name, location, ...attributes, operands, results, ...regions, offset };
  }

  #propertiesOf(
    entry: ByteReader | undefined,
    layout: readonly Property[],
    at: ByteReader,
  ): (Entity | undefined)[] {
    if (entry === undefined) {
      if (layout.length > 0) at.fail(`the operation lacks its attribute ${layout[0]!.name}`);
      return [];
    }
    const bytes = entry.restart();
    const values = new Map<Property, Entity | undefined>();
    const groupsOf = ({ segments = 0 }: Property): number =>
      this.version >= features.segments ? segments : 0;
    for (const each of layout) if (groupsOf(each) === 0) values.set(each, this.#property(bytes, each));
    for (const each of layout) if (groupsOf(each) > 0) values.set(each, segmentSizes(bytes, groupsOf(each)));
    bytes.expectEnd("the properties of an operation");
    return layout.map((each) => values.get(each));
  }

  #property(bytes: ByteReader, { optional }: Property): Entity | undefined {
    if (!optional) return this.#attribute(bytes);
    const { value, flag: present } = bytes.flaggedVarint();
    return present ? this.#entities.get("attribute", value, bytes) : undefined;
  }

  #attribute(bytes: ByteReader): Entity {
    return this.#entities.get("attribute", bytes.varint(), bytes);
  }

  #type(bytes: ByteReader): Entity {
    return this.#entities.get("type", bytes.varint(), bytes);
  }

  #regions(bytes: ByteReader, depth: number): Pick<BytecodeOperation, "regions" | "isolated"> {
    if (depth > maxNesting) bytes.fail(`regions nest more than ${maxNesting} deep`);
    const { value: count, flag: isolated } = bytes.flaggedVarint();
    const inner = isolated && this.version >= features.isolatedSections ? this.#isolated(bytes) : bytes;
    if (count > inner.remaining) bytes.fail(`${count} regions do not fit into ${inner.remaining} bytes`);
    const regions: BytecodeRegion[] = [];
    for (let i = 0; i < count; i++) regions.push(this.#region(inner, depth));
    if (inner !== bytes) inner.expectEnd("the regions of an operation");
    return { regions, isolated };
  }

  #isolated(bytes: ByteReader): ByteReader {
    const id = bytes.byte();
    if (id !== sections.operations) bytes.fail(`a section of regions must stand here, not section ${id}`);
    return bytes.section(bytes.varint());
  }

  #region(bytes: ByteReader, depth: number): BytecodeRegion {
    const blockCount = bytes.count("blocks");
    if (blockCount === 0) return { blocks: [] };
    const offset = bytes.offset;
    const declared = bytes.varint();
    const blocks: BytecodeBlock[] = [];
    for (let i = 0; i < blockCount; i++) blocks.push(this.#block(bytes, depth));
    const region = { blocks };
    const actual = countValues(region);
    if (declared !== actual)
      bytes.fail(`a region says that it defines ${declared} values, but it defines ${actual}`, offset);
    return region;
  }

  #block(bytes: ByteReader, depth: number): BytecodeBlock {
    const { value: count, flag: hasArguments } = bytes.flaggedVarint();
    const blockArguments = hasArguments ? this.#arguments(bytes) : [];
    if (count > bytes.remaining) bytes.fail(`${count} operations do not fit into ${bytes.remaining} bytes`);
    const operations: BytecodeOperation[] = [];
    for (let i = 0; i < count; i++) operations.push(this.#operation(bytes, depth));
    return { arguments: blockArguments, operations };
  }

  #arguments(bytes: ByteReader): BytecodeArgument[] {
    const compact = this.version >= features.compactArguments;
    const list = bytes.list("arguments", () => {
      const { value, flag } = compact ? bytes.flaggedVarint() : { value: bytes.varint(), flag: true };
      const type = this.#entities.get("type", value, bytes);
      return { type, location: flag ? this.#attribute(bytes) : undefined };
    });
    if (this.version >= features.useLists && bytes.byte() !== 0) this.#skipUseLists(bytes, list.length);
    return list;
  }

  /** The order of uses in the writer's memory: nothing depends on it. */
  #skipUseLists(bytes: ByteReader, valueCount: number): void {
    const several = valueCount > 1;
    const count = several ? bytes.count("use lists") : 1;
    for (let i = 0; i < count; i++) {
      if (several) bytes.varint();
      const { value: length } = bytes.flaggedVarint();
      if (length > bytes.remaining) bytes.fail(`${length} uses do not fit into ${bytes.remaining} bytes`);
      for (let use = 0; use < length; use++) bytes.varint();
    }
  }
}

/** The sizes of groups of values, as an array: of all, or of those that are not empty with their places in the lowest bits. */
function segmentSizes(bytes: ByteReader, groups: number): Entity {
  const { value: count, flag: isSparse } = bytes.flaggedVarint();
  const placeBits = isSparse && count > 0 ? bytes.varint() : 0;
  const numbers = new Int32Array(groups);
  for (let i = 0; i < count; i++) {
    const both = bytes.varint();
    const [place, size] = isSparse ? [both % 2 ** placeBits, Math.floor(both / 2 ** placeBits)] : [i, both];
    if (place >= groups)
      bytes.fail(`the operation has ${groups} groups of values, there is no group ${place}`);
    numbers[place] = size;
  }
  const i32: Entity = { codec: builtinTypes.integer, values: [4 * 32] };
  return {
    codec: builtinAttributes.denseArray,
    values: [i32, numbers.length, new Uint8Array(numbers.buffer)],
  };
}

/** Tells the properties in a dictionary from the rest, as before there were properties. */
function splitDictionary(
  dictionary: Entity | undefined,
  layout: readonly Property[],
): Pick<BytecodeOperation, "discardable" | "properties"> {
  if (!isA(dictionary, builtinAttributes.dictionary))
    return { discardable: undefined, properties: layout.map(() => undefined) };
  const [entries] = dictionary.values;
  const byName = new Map(entries.map(([key, value]) => [key.values[0], value]));
  const own = new Set<unknown>(layout.map(({ name }) => name));
  const others = entries.filter(([key]) => !own.has(key.values[0]));
  const { codec } = dictionary;
  return {
    properties: layout.map(({ name }) => byName.get(name)),
    discardable: others.length === 0 ? undefined : ({ codec, values: [others] } as Entity),
  };
}

/** The program in `data`. @throws BytecodeError */
export function readProgram(data: Uint8Array, schema: Schema): Program {
  if (!isBytecode(data))
    throw new BytecodeError("this is no MLIR bytecode", 0, { expected: "4D 4C EF 52 (MLïR)" });
  const file = new ByteReader(data, magic.length);
  const version = file.varint();
  if (version > newestBytecode)
    file.fail(`bytecode version ${version} is newer than ${newestBytecode}, the newest known`, magic.length);
  const producer = decodeText(file.untilZero());
  const root = new ProgramReader(version, readSections(file), schema).root();
  return { version, producer, root };
}
