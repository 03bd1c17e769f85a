/** @file PJRT_NamedValue: options towards a plugin, attributes from it. */
import { PJRT_NamedValue_Type, type StructInputs } from "./abi/index.js";
import { addressOf, copyBytes } from "./ffi.js";
import { expectArgument } from "./given.js";
import { readInt64s, readText } from "./memory-reading.js";
import { codecOf, type StructMemory, writeStructs } from "./struct.js";

/** A whole number is sent as int64, `{ float }` as float: `memory_fraction: { float: 1 }`. */
export type OptionValue = string | number | bigint | boolean | readonly number[] | { readonly float: number };

/** Options by name, as a plugin's documentation lists them. */
export type Options = Readonly<Record<string, OptionValue>>;

/** What a plugin tells of itself, a device or a program. int64 as number, lists as number[]. */
export type AttributeValue = string | number | boolean | readonly number[];
export type Attributes = Readonly<Record<string, AttributeValue>>;

const utf8 = new TextEncoder();

/** Named values in memory; `keep` holds what they point to. */
export interface NamedValues {
  readonly memory: StructMemory;
  readonly count: number;
  readonly keep: readonly unknown[];
}

/** Writes options for a plugin. */
export function writeOptions(options: Options, minor: number): NamedValues {
  expectArgument(typeof options === "object" && options !== null, options, {
    of: "what a plugin is told",
    expected: "options by their names",
  });
  const keep: unknown[] = [];
  const pin = (array: ArrayBufferView): bigint => {
    keep.push(array);
    return addressOf(array);
  };
  const items = Object.entries(options).map(([key, value]) => {
    const name = utf8.encode(key);
    return { name: pin(name), name_size: name.length, ...writeValue(value, pin) };
  });
  return { memory: writeStructs("PJRT_NamedValue", minor, items), count: items.length, keep };
}

function writeValue(
  value: OptionValue,
  pin: (array: ArrayBufferView) => bigint,
): StructInputs<"PJRT_NamedValue"> {
  const T = PJRT_NamedValue_Type;
  if (typeof value === "boolean") return { type: T.kBool, bool_value: value, value_size: 1 };
  if (typeof value === "string") {
    const text = utf8.encode(value);
    return { type: T.kString, string_value: pin(text), value_size: text.length };
  }
  if (typeof value === "bigint") return { type: T.kInt64, int64_value: Number(value), value_size: 1 };
  if (typeof value === "number") {
    return Number.isInteger(value)
      ? { type: T.kInt64, int64_value: value, value_size: 1 }
      : { type: T.kFloat, float_value: value, value_size: 1 };
  }
  if ("float" in value) return { type: T.kFloat, float_value: value.float, value_size: 1 };
  const list = BigInt64Array.from(value, BigInt);
  return { type: T.kInt64List, int64_array_value: pin(list), value_size: list.length };
}

/** Reads `count` named values that a plugin owns. */
export function readAttributes(address: bigint, count: number): Attributes {
  const codec = codecOf("PJRT_NamedValue");
  const attributes: Record<string, AttributeValue> = {};
  for (let i = 0; i < count; i++) {
    const at = address + BigInt(i * codec.byteLength);
    const fields = codec.readInputs(new DataView(copyBytes(at, codec.byteLength).buffer)) as Required<
      StructInputs<"PJRT_NamedValue">
    >;
    attributes[readText(fields.name, fields.name_size)] = readValue(fields);
  }
  return attributes;
}

function readValue(fields: Required<StructInputs<"PJRT_NamedValue">>): AttributeValue {
  switch (fields.type) {
    case PJRT_NamedValue_Type.kString:
      return readText(fields.string_value, fields.value_size);
    case PJRT_NamedValue_Type.kInt64:
      return fields.int64_value;
    case PJRT_NamedValue_Type.kInt64List:
      return readInt64s(fields.int64_array_value, fields.value_size);
    case PJRT_NamedValue_Type.kFloat:
      return fields.float_value;
    default:
      return fields.bool_value;
  }
}
