/** @file Structs in memory: written and read through precomputed field lists, sized for the plugin's version of the API. */
import {
  type FieldKind,
  type FieldLayout,
  type StructInputs,
  type StructLayout,
  type StructName,
  structLayout,
} from "./abi/index.js";
import { addressOf } from "./ffi.js";

type Value = bigint | number | boolean;

interface Field {
  readonly name: string;
  readonly offset: number;
  readonly kind: FieldKind;
}

/** V8 may move the storage of very small arrays; this is safely above that. */
const SMALLEST_ALLOCATION = 128;

/** The size to state in `struct_size` towards a plugin of API minor version `minor`: the end of the last field known then. */
export function sizeAt(layout: StructLayout, minor: number): number {
  const known = layout.sizes.findLast(([since]) => since <= minor) ?? layout.sizes[0];
  return known?.[1] ?? layout.size;
}

/** Fields that hold a value; those of a struct that lies inside are named `outer.inner`. */
function scalarFields(
  fields: Readonly<Record<string, FieldLayout>>,
  base = 0,
  prefix = "",
): readonly Field[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const offset = base + field[0];
    if (field[1] !== "struct") return [{ name: prefix + name, offset, kind: field[1] }];
    const inner = structLayout(field[2] as StructName);
    return scalarFields({ ...inner.in, ...inner.out }, offset, `${prefix}${name}.`);
  });
}

function write(view: DataView, { offset, kind }: Field, value: Value | undefined): void {
  switch (kind) {
    case "pointer":
    case "u64":
      view.setBigUint64(offset, (value as bigint | undefined) ?? 0n, true);
      return;
    case "usize":
    case "i64":
      view.setBigInt64(offset, BigInt((value as number | undefined) ?? 0), true);
      return;
    case "i32":
    case "enum":
      view.setInt32(offset, (value as number | undefined) ?? 0, true);
      return;
    case "bool":
      view.setUint8(offset, value === true ? 1 : 0);
      return;
    case "f32":
      view.setFloat32(offset, (value as number | undefined) ?? 0, true);
  }
}

function read(view: DataView, { offset, kind }: Field): Value {
  switch (kind) {
    case "pointer":
    case "u64":
      return view.getBigUint64(offset, true);
    case "usize":
    case "i64":
      return Number(view.getBigInt64(offset, true));
    case "i32":
    case "enum":
      return view.getInt32(offset, true);
    case "bool":
      return view.getUint8(offset) !== 0;
    case "f32":
      return view.getFloat32(offset, true);
  }
}

/** Memory of one struct, with its address. The address is valid as long as this object is reachable. */
export interface StructMemory {
  readonly view: DataView<ArrayBuffer>;
  readonly address: bigint;
}

/** How one struct is written and read. */
export class StructCodec {
  readonly #inputs: readonly Field[];
  readonly #outputs: readonly Field[];
  readonly #layout: StructLayout;
  readonly #unionFields: ReadonlySet<string>;

  constructor(readonly name: StructName) {
    this.#layout = structLayout(name);
    this.#inputs = scalarFields(this.#layout.in);
    this.#outputs = scalarFields(this.#layout.out);
    this.#unionFields = overlapping(this.#inputs);
  }

  /** Whether `size` is one that this struct had in some version. */
  hadSize(size: number): boolean {
    return this.#layout.sizes.some(([, known]) => known === size);
  }

  /** `struct_size` for a plugin of this minor version; 0 for a struct without that field. */
  structSize(minor: number): number {
    return this.#layout.sizes.length === 0 ? 0 : sizeAt(this.#layout, minor);
  }

  /** Zeroed memory for one struct. */
  allocate(): StructMemory {
    const view = new DataView(new ArrayBuffer(Math.max(this.#layout.size, SMALLEST_ALLOCATION)));
    return { view, address: addressOf(view.buffer) };
  }

  /** Writes all input fields, absent ones as zero, and clears the outputs. Members of a union are written if given. */
  write(
    view: DataView,
    structSize: number,
    values: Readonly<Record<string, Value | undefined>>,
    base = 0,
  ): void {
    const at = base === 0 ? view : new DataView(view.buffer, base, this.#layout.size);
    if (structSize !== 0) at.setBigUint64(0, BigInt(structSize), true);
    for (const field of this.#outputs)
      write(
        at,
        field,
        field.kind === "bool" ? false : field.kind === "pointer" || field.kind === "u64" ? 0n : 0,
      );
    for (const field of this.#inputs) {
      const value = values[field.name];
      if (value !== undefined || !this.#unionFields.has(field.name)) write(at, field, value);
    }
  }

  /** The output fields. */
  readOutputs(view: DataView): Record<string, Value> {
    const outputs: Record<string, Value> = {};
    for (const field of this.#outputs) outputs[field.name] = read(view, field);
    return outputs;
  }

  /** The input fields of a struct that a plugin wrote, such as a named value. */
  readInputs(view: DataView): Record<string, Value> {
    const inputs: Record<string, Value> = {};
    for (const field of this.#inputs) inputs[field.name] = read(view, field);
    return inputs;
  }

  get byteLength(): number {
    return this.#layout.size;
  }
}

function overlapping(fields: readonly Field[]): ReadonlySet<string> {
  const shared = fields.filter(({ offset }, i) =>
    fields.some((other, j) => i !== j && other.offset === offset),
  );
  return new Set(shared.map(({ name }) => name));
}

const codecs = new Map<StructName, StructCodec>();

/** The codec of a struct. */
export function codecOf(name: StructName): StructCodec {
  const known = codecs.get(name);
  if (known !== undefined) return known;
  const codec = new StructCodec(name);
  codecs.set(name, codec);
  return codec;
}

/** One struct in memory of its own, e.g. a PJRT_Program for an argument; keep the result reachable while C uses it. */
export function writeStruct<S extends StructName>(
  name: S,
  minor: number,
  values: StructInputs<S>,
): StructMemory {
  const codec = codecOf(name);
  const memory = codec.allocate();
  codec.write(memory.view, codec.structSize(minor), values as Readonly<Record<string, Value>>);
  return memory;
}

/** An array of structs in one piece of memory. */
export function writeStructs<S extends StructName>(
  name: S,
  minor: number,
  items: readonly StructInputs<S>[],
): StructMemory {
  const codec = codecOf(name);
  const buffer = new ArrayBuffer(Math.max(codec.byteLength * items.length, SMALLEST_ALLOCATION));
  const view = new DataView(buffer);
  items.forEach((item, i) => {
    codec.write(view, codec.structSize(minor), item as Readonly<Record<string, Value>>, i * codec.byteLength);
  });
  return { view, address: addressOf(buffer) };
}
