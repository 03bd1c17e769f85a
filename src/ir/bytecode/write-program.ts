/** @file Writes a program as MLIR bytecode of any version up to 6. */
import { builtinAttributes } from "./builtin.js";
import { ByteWriter } from "./byte-writer.js";
import { type Entity, type EntityPool, type FieldOutput, type FieldValue, isA } from "./entity.js";
import { optionalAttribute } from "./fields.js";
import { type NumberedParts, type Numbering, numberProgram } from "./numbering.js";
import {
  type BytecodeBlock,
  type BytecodeOperation,
  type BytecodeRegion,
  countValues,
  aligned,
  features,
  magic,
  padding,
  resourceKinds,
  type Program,
  parts,
  type Schema,
  sections,
  splitName,
} from "./program.js";
import { encodeText } from "./strings.js";
import { writeUseLists } from "./use-lists.js";

/** Numbers of things in the order they are first asked for. */
class Indexer<T> {
  readonly items: T[] = [];
  readonly #numbers = new Map<string, number>();

  indexOf(key: string, item: T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.items.length);
    return this.items.push(item) - 1;
  }
}

/** A section at the start of a file; padding before its content brings that to a multiple of `alignment` bytes. */
function section(output: ByteWriter, id: number, content: ByteWriter, alignment = 1): void {
  const length = new ByteWriter();
  length.varint(content.length);
  const isAligned = (output.length + 1 + length.length) % alignment === 0;
  output.byte(isAligned ? id : id | aligned);
  output.append(length);
  if (!isAligned) {
    output.varint(alignment);
    pad(output, alignment);
  }
  output.append(content);
}

function pad(output: ByteWriter, alignment: number): void {
  while (output.length % alignment !== 0) output.byte(padding);
}

/** The bytes of a resource, from a multiple of its alignment on. */
function writeBlob(output: ByteWriter, alignment: number, data: Uint8Array): void {
  output.varint(alignment);
  output.varint(data.length);
  if (alignment > 1) pad(output, alignment);
  output.bytes(data);
}

/** Runs of neighbours of one dialect. */
function* runs<T>(items: readonly T[], dialectOf: (item: T) => string): Generator<readonly [string, T[]]> {
  let run: T[] = [];
  for (const item of items) {
    if (run.length > 0 && dialectOf(run[0]!) !== dialectOf(item)) {
      yield [dialectOf(run[0]!), run];
      run = [];
    }
    run.push(item);
  }
  if (run.length > 0) yield [dialectOf(run[0]!), run];
}

class ProgramWriter {
  readonly #strings = new Indexer<Uint8Array>();
  readonly #properties = new Indexer<ByteWriter>();
  readonly #numbering: Numbering;
  readonly #indices = new Map<Entity, number>();
  readonly #operationIndices: ReadonlyMap<string, number>;
  readonly #merged = new Map<BytecodeOperation, Entity | undefined>();

  constructor(
    readonly program: Program,
    readonly schema: Schema,
    readonly pool: EntityPool,
  ) {
    const unknown = pool.make(builtinAttributes.unknown);
    this.#numbering = numberProgram(program.root, (operation) => this.#partsOf(operation), unknown);
    const { attributes, types, operations } = this.#numbering;
    for (const table of [attributes, types]) {
      table.forEach((entity, index) => {
        this.#indices.set(entity, index);
      });
    }
    this.#operationIndices = new Map(operations.map((name, index) => [name, index]));
  }

  write(): Uint8Array {
    const output = new ByteWriter();
    for (const byte of magic) output.byte(byte);
    output.varint(this.program.version);
    output.bytes(encodeText(`${this.program.producer}\0`));
    const entities = new ByteWriter();
    section(output, sections.dialects, this.#dialects());
    section(output, sections.entityOffsets, this.#entities(entities));
    section(output, sections.entities, entities);
    section(output, sections.operations, this.#top());
    this.#resources(output);
    section(output, sections.strings, this.#stringSection());
    if (this.#has("properties")) section(output, sections.properties, this.#propertySection());
    return output.finish();
  }

  #has(feature: keyof typeof features): boolean {
    return this.program.version >= features[feature];
  }

  /** Before properties there was one dictionary of all attributes. */
  #partsOf(operation: BytecodeOperation): NumberedParts {
    if (this.#has("properties")) return operation;
    if (!this.#merged.has(operation)) this.#merged.set(operation, this.#merge(operation));
    return { discardable: this.#merged.get(operation), properties: [] };
  }

  #merge({ name, discardable, properties }: BytecodeOperation): Entity | undefined {
    const layout = this.schema.properties(name) ?? [];
    const own = properties.flatMap((value, i) =>
      value === undefined ? [] : [[layout[i]!.name, value] as const],
    );
    const entries = isA(discardable, builtinAttributes.dictionary) ? discardable.values[0] : [];
    const others = entries.map(([key, value]) => [String(key.values[0]), value] as const);
    const all = [...own, ...others].sort(([a], [b]) => (a < b ? -1 : 1));
    if (all.length === 0) return undefined;
    const { dictionary, string } = builtinAttributes;
    return this.pool.make(
      dictionary,
      all.map(([key, value]) => [this.pool.make(string, key), value] as const),
    );
  }

  #stringIndex(text: string): number {
    return this.#strings.indexOf(text, encodeText(text));
  }

  #dialects(): ByteWriter {
    const output = new ByteWriter();
    const { dialects, operations } = this.#numbering;
    output.varint(dialects.length);
    for (const name of dialects) {
      if (this.#has("dialectVersions")) output.flaggedVarint(this.#stringIndex(name), false);
      else output.varint(this.#stringIndex(name));
    }
    if (this.#has("compactArguments")) output.varint(operations.length);
    for (const [dialect, names] of runs(operations, (name) => splitName(name)[0])) {
      output.varint(dialects.indexOf(dialect));
      output.varint(names.length);
      for (const name of names) {
        const index = this.#stringIndex(splitName(name)[1]);
        if (this.#has("properties")) output.flaggedVarint(index, true);
        else output.varint(index);
      }
    }
    return output;
  }

  /** Writes the entities to `output` and returns their sizes. */
  #entities(output: ByteWriter): ByteWriter {
    const offsets = new ByteWriter();
    const { dialects, attributes, types } = this.#numbering;
    offsets.varint(attributes.length);
    offsets.varint(types.length);
    for (const table of [attributes, types]) {
      for (const [dialect, entities] of runs(table, (entity) => entity.codec.dialect)) {
        offsets.varint(dialects.indexOf(dialect));
        offsets.varint(entities.length);
        for (const entity of entities) {
          const start = output.length;
          this.#entity(output, entity);
          offsets.flaggedVarint(output.length - start, entity.codec.code !== undefined);
        }
      }
    }
    return offsets;
  }

  #entity(bytes: ByteWriter, { codec, values }: Entity): void {
    if (codec.code === undefined) {
      bytes.bytes(encodeText(`${String(values[0])}\0`));
      return;
    }
    bytes.varint(codec.code);
    const fields = values as readonly FieldValue[];
    const output = this.#fieldOutput(bytes);
    codec.fields.forEach((field, i) => {
      field.write(output, fields[i], fields.slice(0, i));
    });
  }

  #fieldOutput(bytes: ByteWriter): FieldOutput {
    return {
      bytes,
      stringIndex: (text) => this.#stringIndex(text),
      entityIndex: (entity) => this.#indices.get(entity)!,
      resourceIndex: (key) => this.#numbering.resources.findIndex((resource) => resource.key === key),
    };
  }

  #top(): ByteWriter {
    const output = new ByteWriter();
    output.flaggedVarint(1, false);
    this.#operation(output, this.program.root);
    return output;
  }

  #operation(output: ByteWriter, operation: BytecodeOperation): void {
    const { discardable, properties } = this.#partsOf(operation);
    const useLists = this.#has("useLists") ? (operation.useLists ?? []) : [];
    const mask =
      (discardable === undefined ? 0 : parts.discardable) |
      (properties.length === 0 ? 0 : parts.properties) |
      (operation.results.length === 0 ? 0 : parts.results) |
      (operation.operands.length === 0 ? 0 : parts.operands) |
      (useLists.length === 0 ? 0 : parts.useLists) |
      (operation.regions.length === 0 ? 0 : parts.regions);
    output.varint(this.#operationIndices.get(operation.name)!);
    output.byte(mask);
    output.varint(this.#indices.get(operation.location)!);
    if (discardable !== undefined) output.varint(this.#indices.get(discardable)!);
    if (properties.length > 0) output.varint(this.#propertyIndex(operation));
    if (operation.results.length > 0) {
      output.varint(operation.results.length);
      for (const type of operation.results) output.varint(this.#indices.get(type)!);
    }
    if (operation.operands.length > 0) {
      output.varint(operation.operands.length);
      for (const number of operation.operands) output.varint(number);
    }
    if (useLists.length > 0) writeUseLists(output, useLists, operation.results.length);
    if (operation.regions.length > 0) this.#regions(output, operation);
  }

  #propertyIndex({ name, properties }: BytecodeOperation): number {
    const layout = this.schema.properties(name) ?? [];
    const bytes = new ByteWriter();
    const output = this.#fieldOutput(bytes);
    properties.forEach((value, i) => {
      if (layout[i]?.optional) optionalAttribute.write(output, value, []);
      else bytes.varint(this.#indices.get(value!)!);
    });
    return this.#properties.indexOf(bytes.finish().join(), bytes);
  }

  #regions(output: ByteWriter, { regions, isolated }: BytecodeOperation): void {
    output.flaggedVarint(regions.length, isolated);
    const inSection = isolated && this.#has("isolatedSections");
    const inner = inSection ? new ByteWriter() : output;
    for (const region of regions) this.#region(inner, region);
    if (inSection) section(output, sections.operations, inner);
  }

  #region(output: ByteWriter, region: BytecodeRegion): void {
    output.varint(region.blocks.length);
    if (region.blocks.length === 0) return;
    output.varint(countValues(region));
    for (const block of region.blocks) this.#block(output, block);
  }

  #block(output: ByteWriter, block: BytecodeBlock): void {
    output.flaggedVarint(block.operations.length, block.arguments.length > 0);
    if (block.arguments.length > 0) this.#arguments(output, block);
    for (const operation of block.operations) this.#operation(output, operation);
  }

  #arguments(output: ByteWriter, block: BytecodeBlock): void {
    output.varint(block.arguments.length);
    const unknown = this.pool.make(builtinAttributes.unknown);
    for (const { type, location } of block.arguments) {
      const index = this.#indices.get(type)!;
      if (this.#has("compactArguments")) output.flaggedVarint(index, location !== undefined);
      else output.varint(index);
      if (location !== undefined || !this.#has("compactArguments"))
        output.varint(this.#indices.get(location ?? unknown)!);
    }
    if (!this.#has("useLists")) return;
    const useLists = block.useLists ?? [];
    output.byte(useLists.length === 0 ? 0 : parts.useLists);
    if (useLists.length > 0) writeUseLists(output, useLists, block.arguments.length);
  }

  /** Resources are of the builtin dialect alone; the offsets begin with the number of those of no dialect. */
  #resources(output: ByteWriter): void {
    const offsets = new ByteWriter();
    const content = new ByteWriter();
    const { resources, dialects } = this.#numbering;
    offsets.varint(0);
    if (resources.length > 0) {
      offsets.varint(dialects.indexOf("builtin"));
      offsets.varint(resources.length);
    }
    let alignment = 1;
    for (const resource of resources) {
      const start = content.length;
      if (resource.data !== undefined) {
        writeBlob(content, resource.alignment, resource.data);
        alignment = Math.max(alignment, resource.alignment);
      }
      offsets.varint(this.#stringIndex(resource.key));
      offsets.varint(content.length - start);
      offsets.byte(resourceKinds.blob);
    }
    section(output, sections.resourceOffsets, offsets);
    section(output, sections.resources, content, alignment);
  }

  #stringSection(): ByteWriter {
    const output = new ByteWriter();
    const { items } = this.#strings;
    output.varint(items.length);
    for (let i = items.length - 1; i >= 0; i--) output.varint(items[i]!.length + 1);
    for (const text of items) {
      output.bytes(text);
      output.byte(0);
    }
    return output;
  }

  #propertySection(): ByteWriter {
    const output = new ByteWriter();
    output.varint(this.#properties.items.length);
    for (const entry of this.#properties.items) {
      output.varint(entry.length);
      output.append(entry);
    }
    return output;
  }
}

/** The bytes of a program whose attributes and types are of `pool`. */
export const writeProgram = (program: Program, schema: Schema, pool: EntityPool): Uint8Array =>
  new ProgramWriter(program, schema, pool).write();
