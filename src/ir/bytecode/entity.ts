/**
 * @file Attributes and types as the bytecode has them: a code of a dialect and the values of its fields. What
 * the fields of a code are is data (builtin.ts, vhlo-codecs.ts, sdy-codecs.ts), read and written by the same table.
 */
import type { ByteReader } from "./byte-reader.js";
import type { ByteWriter } from "./byte-writer.js";
import type { Version } from "../versions.js";

export type EntityKind = "attribute" | "type";

/** What a field may hold; a reference to another attribute or type is the thing itself. */
export type FieldValue =
  | number
  | bigint
  | boolean
  | string
  | undefined
  | Uint8Array
  | Entity
  | readonly FieldValue[];

/** A resource of a file: bytes apart from what refers to them by key; none where the program says its key alone. */
export interface ResourceEntry {
  readonly key: string;
  readonly alignment: number;
  readonly data: Uint8Array | undefined;
}

/** Where fields are read from: bytes, and the tables that indices point into. */
export interface FieldInput {
  readonly bytes: ByteReader;
  string(index: number): string;
  entity(kind: EntityKind, index: number): Entity;
  /** A resource of the builtin dialect. */
  resource(index: number): ResourceEntry;
}

/** Where fields are written to. */
export interface FieldOutput {
  readonly bytes: ByteWriter;
  stringIndex(text: string): number;
  entityIndex(entity: Entity): number;
  /** The number of a resource of the builtin dialect by its key. */
  resourceIndex(key: string): number;
}

/** One field, in both directions; `earlier` are the values of the fields before it. */
export interface Field<T extends FieldValue = FieldValue> {
  read(input: FieldInput, earlier: readonly FieldValue[]): T;
  write(output: FieldOutput, value: T, earlier: readonly FieldValue[]): void;
}

/** How one kind of attribute or type is encoded: its code, then its fields. */
export interface Codec<Fields extends readonly Field[] = readonly Field[]> {
  readonly dialect: string;
  readonly kind: EntityKind;
  readonly name: string;
  /** Undefined for what is written as text instead (`textCodec`). */
  readonly code: number | undefined;
  readonly fields: Fields;
  /** The first StableHLO version that has it. */
  readonly since: Version;
  /** Of a number type: how many bits a value has. */
  readonly bits?: ((values: readonly FieldValue[]) => number) | undefined;
}

export type ValuesOf<Fields extends readonly Field[]> = {
  readonly [I in keyof Fields]: Fields[I] extends Field<infer T> ? T : never;
};

/** An attribute or type. */
export interface Entity<Fields extends readonly Field[] = readonly Field[]> {
  readonly codec: Codec<Fields>;
  readonly values: ValuesOf<Fields>;
}

/** Whether `entity` is of that codec; its values are then typed. */
export const isA = <Fields extends readonly Field[]>(
  entity: Entity | undefined,
  codec: Codec<Fields>,
): entity is Entity<Fields> & Entity => (entity?.codec as unknown) === codec;

export const isEntity = (value: FieldValue): value is Entity => typeof value === "object" && "codec" in value;

/** The attributes and types that `entity` refers to, in the order they are written. */
export function* references(values: readonly FieldValue[]): Generator<Entity> {
  for (const value of values) {
    if (typeof value !== "object" || value instanceof Uint8Array) continue;
    if (isEntity(value)) yield value;
    else yield* references(value);
  }
}

function hashOf(data: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  return hash;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

const sameValue = (a: FieldValue, b: FieldValue): boolean =>
  !(a instanceof Uint8Array && b instanceof Uint8Array) || sameBytes(a, b);

/** Makes each attribute and type once, so that equal ones are `===`. */
export class EntityPool {
  readonly #ids = new Map<Entity, number>();
  readonly #byCodec = new Map<unknown, Map<string, Entity[]>>();

  /** The one entity of these values; the entities among them must be of this pool. */
  make<Fields extends readonly Field[]>(codec: Codec<Fields>, ...values: ValuesOf<Fields>): Entity {
    const fields = values as readonly FieldValue[];
    const known = this.#sameKey(codec, this.#keyOf(fields));
    const same = known.find((other) => other.values.every((value, i) => sameValue(value, fields[i])));
    if (same !== undefined) return same;
    const entity: Entity = { codec: codec as unknown as Codec, values: fields };
    this.#ids.set(entity, this.#ids.size);
    known.push(entity);
    return entity;
  }

  /** The entities of a codec that only raw bytes may tell apart. */
  #sameKey(codec: unknown, key: string): Entity[] {
    const keys = this.#byCodec.get(codec) ?? new Map<string, Entity[]>();
    this.#byCodec.set(codec, keys);
    const known = keys.get(key) ?? [];
    keys.set(key, known);
    return known;
  }

  #keyOf(value: FieldValue): string {
    if (value === undefined) return "-";
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value !== "object") return String(value);
    if (value instanceof Uint8Array) return `${value.length}:${hashOf(value)}`;
    if (isEntity(value)) return `#${this.#ids.get(value)}`;
    let key = "[";
    for (const item of value) key += `${this.#keyOf(item)},`;
    return key;
  }
}
