/** @file The fields that attributes and types are made of, each in both directions. */
import type { Codec, Entity, EntityKind, Field, FieldInput, FieldOutput, FieldValue } from "./entity.js";
import { isEntity } from "./entity.js";
import { type Version, oldestVersion } from "../versions.js";

export const varint: Field<number> = {
  read: ({ bytes }) => bytes.varint(),
  write: ({ bytes }, value) => bytes.varint(value),
};

/** A signed integer; dimensions that are not known are the smallest one (`dynamicSize`). */
export const signed: Field<bigint> = {
  read: ({ bytes }) => bytes.wideSignedVarint(),
  write: ({ bytes }, value) => bytes.signedVarint(value),
};

/** A truth value as a whole byte. */
export const byteFlag: Field<boolean> = {
  read: ({ bytes }) => readFlag(bytes.byte(), bytes),
  write: ({ bytes }, value) => bytes.byte(value ? 1 : 0),
};

/** A truth value as a varint. */
export const flag: Field<boolean> = {
  read: ({ bytes }) => readFlag(bytes.varint(), bytes),
  write: ({ bytes }, value) => bytes.varint(value ? 1 : 0),
};

function readFlag(value: number, bytes: FieldInput["bytes"]): boolean {
  if (value > 1) bytes.fail(`a truth value must be 0 or 1, got ${value}`);
  return value === 1;
}

/** A string of the string section. */
export const string: Field<string> = {
  read: (input) => input.string(input.bytes.varint()),
  write: (output, value) => output.bytes.varint(output.stringIndex(value)),
};

/** Raw bytes with their length. */
export const blob: Field<Uint8Array> = {
  read: ({ bytes }) => bytes.bytes(bytes.varint()),
  write: ({ bytes }, value) => {
    bytes.varint(value.length);
    bytes.bytes(value);
  },
};

/** A resource by its number: its key, its alignment, and its bytes, which stand in a section of their own, if there are any. */
export const resource: Field<readonly [key: string, alignment: number, data: Uint8Array | undefined]> = {
  read(input) {
    const { key, alignment, data } = input.resource(input.bytes.varint());
    return [key, alignment, data];
  },
  write: (output, [key]) => output.bytes.varint(output.resourceIndex(key)),
};

const reference = (kind: EntityKind): Field<Entity> => ({
  read: (input) => input.entity(kind, input.bytes.varint()),
  write: (output, value) => output.bytes.varint(output.entityIndex(value)),
});

export const attribute = reference("attribute");
export const type = reference("type");

/** An attribute or nothing. */
export const optionalAttribute: Field<Entity | undefined> = {
  read(input) {
    const { value, flag: present } = input.bytes.flaggedVarint();
    return present ? input.entity("attribute", value) : undefined;
  },
  write(output, value) {
    if (value === undefined) output.bytes.varint(0);
    else output.bytes.flaggedVarint(output.entityIndex(value), true);
  },
};

/** An unsigned number or nothing: the lowest bit of one varint says which, the others are the number. */
export const optionalVarint: Field<number | undefined> = {
  read({ bytes }) {
    const { value, flag: present } = bytes.flaggedVarint();
    return present ? value : undefined;
  },
  write: ({ bytes }, value) => bytes.flaggedVarint(value ?? 0, value !== undefined),
};

const optionalBy =
  (isThere: Field<boolean>) =>
  <T extends FieldValue>(item: Field<T>): Field<T | undefined> => ({
    read: (input, earlier) => (isThere.read(input, earlier) ? item.read(input, earlier) : undefined),
    write(output, value, earlier) {
      isThere.write(output, value !== undefined, earlier);
      if (value !== undefined) item.write(output, value, earlier);
    },
  });

/** A value, or nothing: a varint 0 or 1 says which. Only VHLO's axes are written so; MLIR itself flags the value (above). */
export const optional = optionalBy(flag);
/** A value, or nothing: a byte 0 or 1 says which, as StableHLO's own axes and meshes have it. */
export const optionalByByte = optionalBy(byteFlag);

/** Any number of values, after their count. */
export const list = <T extends FieldValue>(item: Field<T>): Field<readonly T[]> => ({
  read: (input, earlier) => input.bytes.list("items", () => item.read(input, earlier)),
  write(output, value, earlier) {
    output.bytes.varint(value.length);
    for (const one of value) item.write(output, one, earlier);
  },
});

/** Two values, one after the other. */
export const pair = <A extends FieldValue, B extends FieldValue>(
  first: Field<A>,
  second: Field<B>,
): Field<readonly [A, B]> => ({
  read: (input, earlier) => [first.read(input, earlier), second.read(input, earlier)],
  write(output, [a, b], earlier) {
    first.write(output, a, earlier);
    second.write(output, b, earlier);
  },
});

const bitField = (bitsOf: (earlier: readonly FieldValue[], input?: FieldInput) => number): Field<bigint> => ({
  read(input, earlier) {
    const bits = bitsOf(earlier, input);
    const { bytes } = input;
    if (bits > 64) return BigInt.asUintN(bits, readWords(bytes));
    return BigInt.asUintN(bits, bits <= 8 ? BigInt(bytes.byte()) : bytes.wideSignedVarint());
  },
  write({ bytes }, value, earlier) {
    const bits = bitsOf(earlier);
    if (bits <= 8) bytes.byte(Number(value));
    else if (bits <= 64) bytes.signedVarint(BigInt.asIntN(64, value));
    else writeWords(bytes, value);
  },
});

/** A number of more than 64 bits: how many words of 64 bits there are up to the last that is not zero, one at least, and these from the lowest. */
function readWords(bytes: FieldInput["bytes"]): bigint {
  const words = bytes.list("words", () => BigInt.asUintN(64, bytes.wideSignedVarint()));
  return words.reduceRight((value, word) => (value << 64n) | word, 0n);
}

function writeWords(bytes: FieldOutput["bytes"], value: bigint): void {
  const words = [BigInt.asIntN(64, value)];
  for (let rest = value >> 64n; rest > 0n; rest >>= 64n) words.push(BigInt.asIntN(64, rest));
  bytes.varint(words.length);
  for (const word of words) bytes.signedVarint(word);
}

/** The width in bits of the widest numbers that are read and written; MLIR has integers of up to 2^24. */
export const widestNumber = 4096;

/** The bit pattern of a number (its upper bits zero) whose type is the field before. */
export const numberBits = bitField((earlier, input) => {
  const numberType = earlier.at(-1);
  const bits =
    numberType !== undefined && isEntity(numberType) ? numberType.codec.bits?.(numberType.values) : undefined;
  if (bits !== undefined && bits <= widestNumber) return bits;
  return (
    input?.bytes.fail(`a number stands here whose type is none, or is wider than ${widestNumber} bits`) ?? 0
  );
});

/** The bit pattern of an f64. */
export const f64Bits = bitField(() => 64);

/** One of the words of `values`, which are numbered as given. */
export function enumeration<const V extends string>(values: Readonly<Record<V, number>>): Field<V> {
  const names = new Map(Object.entries<number>(values).map(([name, value]) => [value, name as V]));
  return {
    read({ bytes }) {
      const value = bytes.varint();
      return names.get(value) ?? bytes.fail(`${value} is none of ${[...names.values()].join(", ")}`);
    },
    write: ({ bytes }, value) => bytes.varint(values[value]),
  };
}

/** The same, its numbers written as signed ones. */
export function signedEnumeration<const V extends string>(values: Readonly<Record<V, number>>): Field<V> {
  const doubled = Object.fromEntries(
    Object.entries<number>(values).map(([name, value]) => [name, 2 * value]),
  );
  return enumeration(doubled as Record<V, number>);
}

/** Options of a codec beside its fields. */
interface CodecOptions {
  readonly since?: Version;
  readonly bits?: number | ((values: readonly FieldValue[]) => number);
}

/** Shorthand for the codecs of one dialect. */
export const codecsOf =
  (dialect: string, kind: EntityKind) =>
  <const Fields extends readonly Field[]>(
    code: number,
    name: string,
    fields: Fields,
    { since = oldestVersion, bits }: CodecOptions = {},
  ): Codec<Fields> => ({
    dialect,
    kind,
    name,
    code,
    fields,
    since,
    bits: typeof bits === "number" ? () => bits : bits,
  });

/** Shorthand for the enumerations among the attributes of one dialect: one varint each. */
export const choicesOf =
  (attributeCodec: ReturnType<typeof codecsOf>) =>
  <const V extends string>(
    code: number,
    name: string,
    values: Readonly<Record<V, number>>,
    since?: Version,
  ): Codec<readonly [Field<V>]> =>
    attributeCodec(code, name, [enumeration(values)], since === undefined ? {} : { since });
