/** @file The tensors that a pickle of torch.save describes: what its names mean, and where elements lie in storages. */
import { packedBytes, type StoredType } from "../dtype.js";
import { spanOf } from "../strided.js";
import type { TorchEntry } from "./archive.js";
import {
  PickleError,
  PickleGlobal,
  type PickleObject,
  type PickleRules,
  type PickleValue,
} from "./pickle-values.js";

/** Bytes of the archive that tensors lie in. */
class Storage implements PickleObject {
  readonly made = "storage";
  constructor(
    readonly entry: TorchEntry,
    /** Of its elements; undefined where the storage is of bytes and the tensor says it. */
    readonly dtype: StoredType | undefined,
  ) {}
}

/** A tensor as it lies in a storage; counts are of elements. */
export class TorchTensor implements PickleObject {
  readonly made = "tensor";
  constructor(
    readonly entry: TorchEntry,
    readonly dtype: StoredType,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** Element types by the name of PyTorch's class of storages. */
const STORAGES: ReadonlyMap<string, StoredType> = new Map([
  ["torch DoubleStorage", "f64"],
  ["torch FloatStorage", "f32"],
  ["torch HalfStorage", "f16"],
  ["torch BFloat16Storage", "bf16"],
  ["torch LongStorage", "i64"],
  ["torch IntStorage", "i32"],
  ["torch ShortStorage", "i16"],
  ["torch CharStorage", "i8"],
  ["torch ByteStorage", "ui8"],
  ["torch BoolStorage", "i1"],
  ["torch ComplexFloatStorage", "complex<f32>"],
]);

/** Element types by PyTorch's name, which tensors in storages of bytes have. */
const DTYPES: ReadonlyMap<string, StoredType> = new Map([
  ["torch float64", "f64"],
  ["torch float32", "f32"],
  ["torch float16", "f16"],
  ["torch bfloat16", "bf16"],
  ["torch int64", "i64"],
  ["torch int32", "i32"],
  ["torch int16", "i16"],
  ["torch int8", "i8"],
  ["torch uint8", "ui8"],
  ["torch uint16", "ui16"],
  ["torch uint32", "ui32"],
  ["torch uint64", "ui64"],
  ["torch bool", "i1"],
  ["torch complex64", "complex<f32>"],
  ["torch float8_e4m3fn", "f8E4M3FN"],
  ["torch float8_e5m2", "f8E5M2"],
  ["torch float8_e4m3fnuz", "f8E4M3FNUZ"],
  ["torch float8_e5m2fnuz", "f8E5M2FNUZ"],
]);

const BYTES = new Set(["torch.storage UntypedStorage", "torch UntypedStorage"]);

/** What makes a tensor of a storage, offset, shape and strides (torch/_utils.py): where its type is given, and what else is said of it, if they are. */
interface Rebuild {
  readonly dtypeAt?: number;
  readonly metadataAt?: number;
}

const REBUILDS: ReadonlyMap<string, Rebuild> = new Map([
  ["torch._utils _rebuild_tensor", {}],
  ["torch._utils _rebuild_tensor_v2", { metadataAt: 6 }],
  ["torch._utils _rebuild_tensor_v3", { dtypeAt: 6, metadataAt: 7 }],
]);

const PARAMETER = "torch._utils _rebuild_parameter";
const DICT = "collections OrderedDict";
const SIZE = "torch Size";

const known = new Set([
  ...STORAGES.keys(),
  ...DTYPES.keys(),
  ...BYTES,
  ...REBUILDS.keys(),
  PARAMETER,
  DICT,
  SIZE,
]);

/** The rules for a pickle of an archive with these entries. */
export function torchRules(entries: ReadonlyMap<string, TorchEntry>): PickleRules {
  return {
    global: (name) => (known.has(name) ? new PickleGlobal(name) : undefined),
    call: (name, args) => {
      if (name === DICT) return orderedDict(args);
      if (name === SIZE) return args[0];
      if (name === PARAMETER) return args[0] instanceof TorchTensor ? args[0] : undefined;
      const rebuild = REBUILDS.get(name);
      return rebuild === undefined ? undefined : tensorOf(args, rebuild);
    },
    persistent: (id) => storageOf(id, entries),
  };
}

/** Empty, or of a list of pairs. */
function orderedDict([items = []]: readonly PickleValue[]): PickleValue | undefined {
  if (!Array.isArray(items)) return undefined;
  const pairs = items.filter((pair): pair is [PickleValue, PickleValue] => Array.isArray(pair));
  return pairs.length === items.length ? new Map(pairs) : undefined;
}

function storageOf(id: PickleValue, entries: ReadonlyMap<string, TorchEntry>): PickleValue | undefined {
  if (!Array.isArray(id)) return undefined;
  const [kind, type, key, , count] = id as readonly PickleValue[];
  if (kind !== "storage" || !(type instanceof PickleGlobal) || typeof key !== "string") return undefined;
  const dtype = STORAGES.get(type.name);
  if ((dtype === undefined && !BYTES.has(type.name)) || !isCount(count)) return undefined;
  const entry = entries.get(`data/${key}`);
  if (entry === undefined) {
    const expected = `data/${key}`;
    throw new PickleError("a storage is not in the archive", { expected, hint: "fetch the file again" });
  }
  const bytes = packedBytes(dtype ?? "ui8", [count]);
  if (bytes !== entry.bytes) {
    throw new PickleError(`storage ${entry.name} has another size than its tensors think`, {
      expected: `${bytes} bytes`,
      got: `${entry.bytes} bytes`,
      hint: "fetch the file again",
    });
  }
  return new Storage(entry, dtype);
}

/** A tensor may repeat elements of its storage; a stride of 0 could make it of any size. */
const MOST_REPEATED_BYTES = 2 ** 26;

function tensorOf(args: readonly PickleValue[], { dtypeAt, metadataAt }: Rebuild): PickleValue | undefined {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof Storage) || !isCount(offset)) return undefined;
  if (!isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) return undefined;
  const given = dtypeAt === undefined ? undefined : args[dtypeAt];
  const dtype = given instanceof PickleGlobal ? DTYPES.get(given.name) : storage.dtype;
  if (dtype === undefined) return undefined;
  const metadata = metadataAt === undefined ? undefined : args[metadataAt];
  if (!isNothing(metadata)) {
    throw new PickleError("a tensor is not the numbers of its storage", {
      expected: "no more than a type, a shape and strides",
      got: metadata instanceof Map ? [...metadata.keys()].map(String).join(", ") : typeof metadata,
      hint: "save it after resolve_conj() and resolve_neg(): it is to be conjugated or negated where it is read",
    });
  }
  const { entry } = storage;
  const tensor = new TorchTensor(entry, dtype, offset, [...shape], [...strides]);
  const needed = packedBytes(dtype, [offset + spanOf(tensor)]);
  const packed = packedBytes(dtype, tensor.shape) ?? Number.POSITIVE_INFINITY;
  if (needed === undefined || needed > entry.bytes || packed > Math.max(entry.bytes, MOST_REPEATED_BYTES)) {
    throw new PickleError(`a tensor reaches beyond its storage ${entry.name}`, {
      expected: `${dtype} [${shape.join(", ")}], strides [${strides.join(", ")}], from element ${offset} on`,
      got: `${entry.bytes} bytes`,
      hint: "fetch the file again",
    });
  }
  return tensor;
}

/** As of tensors that nothing more is said of. */
const isNothing = (metadata: PickleValue | undefined): boolean =>
  metadata === undefined || metadata === null || (metadata instanceof Map && metadata.size === 0);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** PyTorch's own bound. */
const MOST_AXES = 64;

const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= MOST_AXES && value.every(isCount);

/** PyTorch's class of storages by element type, where it has one. */
export const storageNames: ReadonlyMap<StoredType, string> = new Map(
  [...STORAGES].map(([name, dtype]) => [dtype, name]),
);
