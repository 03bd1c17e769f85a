/** @file Checkpoints as orbax writes them: an array of zarr (version 2) for every tensor, in a database or in folders, and what says which tree they are. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cannotWrite, GriffinError, UsageError } from "../../support/errors.js";
import { makeFolder } from "../../support/whole.js";
import { packedBytes, type StoredType } from "../dtype.js";
import type { StoreFormat } from "../stored.js";
import { tensorParts, type TensorToWrite } from "../tensor-parts.js";
import { zarrTypes } from "./array-metadata.js";
import { writeDatabase } from "./database-writer.js";
import { MANIFEST } from "./ocdbt.js";
import { folderSink, type ValueSink } from "./value-sink.js";

/** What orbax calls the handler of trees of arrays. */
const HANDLER = "orbax.checkpoint._src.handlers.pytree_checkpoint_handler.PyTreeCheckpointHandler";

/** Orbax's number for keys of dicts. */
const DICT_KEY = 2;

type Entries = readonly (readonly [string, TensorToWrite])[];

/** Where orbax keeps arrays: in a database (OCDBT), as it does by itself, or in folders. */
export type OrbaxFormat = Extract<StoreFormat, "orbax" | "orbax-zarr">;

type Fill = (values: ValueSink) => Promise<void>;

const STORES: Readonly<Record<OrbaxFormat, (folder: string, fill: Fill) => Promise<void>>> = {
  orbax: writeDatabase,
  "orbax-zarr": (folder, fill) => fill(folderSink(folder)),
};

/**
 * Writes `tensors` to the folder `path` so that orbax restores them as a tree of NumPy arrays; whole or not at all. They are read one at a time,
 * large ones in parts, and each is one chunk, not compressed: floats of weights hardly become smaller. What is at `path` is replaced.
 * @throws UsageError for a name that is no path of keys, for an element type that zarr has not, and for no tensors; EnvironmentError with what
 * the file system says
 */
export async function writeOrbax(
  path: string,
  tensors: Entries,
  format: OrbaxFormat = "orbax",
): Promise<void> {
  if (tensors.length === 0) throw new UsageError({ message: "a checkpoint of orbax has a tensor at least" });
  checkNames(tensors.map(([name]) => name));
  const described = tensors.map(([name, tensor]) => ({ name, tensor, array: describe(name, tensor) }));
  const fill = async ({ result }: { readonly result: string }) => {
    await STORES[format](result, async (values) => {
      for (const { name, tensor, array } of described) await putArray(values, name, tensor, array);
    });
    const put = (name: string, json: unknown) =>
      writeFile(join(result, name), JSON.stringify(json), { flag: "wx", flush: true });
    await put("_METADATA", treeOf(tensors, format));
    await put("_CHECKPOINT_METADATA", { item_handlers: HANDLER, custom_metadata: {} });
  };
  await makeFolder(path, fill, "replace").catch((cause: unknown) => {
    throw cause instanceof GriffinError ? cause : cannotWrite(path, cause);
  });
}

async function putArray(
  values: ValueSink,
  name: string,
  tensor: TensorToWrite,
  array: Readonly<Record<string, unknown>>,
): Promise<void> {
  const metadata = Buffer.from(JSON.stringify(array));
  await values.put(`${name}/.zarray`, metadata.length, [metadata]);
  const { dtype, shape } = tensor;
  if (shape.includes(0)) return;
  const chunk = shape.map(() => 0).join(".") || "0";
  await values.put(`${name}/${chunk}`, packedBytes(dtype, shape)!, tensorParts(name, tensor));
}

/** `.zarray`: zarr's storage specification 2, metadata of arrays. */
function describe(name: string, { dtype, shape }: TensorToWrite): Readonly<Record<string, unknown>> {
  return {
    zarr_format: 2,
    shape,
    chunks: shape.map((size) => Math.max(1, size)),
    dtype: typeOf(name, dtype),
    order: "C",
    compressor: null,
    filters: null,
    fill_value: null,
    dimension_separator: ".",
  };
}

function typeOf(name: string, dtype: StoredType): string {
  const type = zarrTypes.get(dtype);
  if (type !== undefined) return type;
  throw new UsageError({
    message: `cannot write tensor ${JSON.stringify(name)}: zarr has no name for its type`,
    expected: [...zarrTypes.keys()].join(", "),
    got: dtype,
  });
}

/** `_METADATA` of orbax: the keys that lead to each array. */
const treeOf = (tensors: Entries, format: OrbaxFormat): Readonly<Record<string, unknown>> => ({
  tree_metadata: Object.fromEntries(
    tensors.map(([name, { shape }]) => {
      const keys = keysOf(name);
      return [
        pythonTuple(keys),
        {
          key_metadata: keys.map((key) => ({ key, key_type: DICT_KEY })),
          value_metadata: { value_type: "np.ndarray", skip_deserialize: false, write_shape: shape },
        },
      ];
    }),
  ),
  use_ocdbt: format === "orbax",
  use_zarr3: false,
  store_array_data_equal_to_fill_value: true,
  custom_metadata: null,
});

/** `blocks.0.mlp_block.ffw_up.w` lies below `blocks.0`, `mlp_block` and `ffw_up`: Flax numbers its modules so. */
const keysOf = (name: string): readonly string[] => name.split(/\.(?!\d+(?:\.|$))/);

const pythonTuple = (keys: readonly string[]): string =>
  `(${keys.map((key) => `'${key.replace(/[\\']/g, "\\$&")}'`).join(", ")}${keys.length === 1 ? "," : ""})`;

/** Keys of the database have 65535 bytes at most, three a character of these, and more follows. */
const LONGEST_NAME = 2 ** 14;

/** Names become those of folders, and paths of keys of which none leads to an array and on. */
function checkNames(names: readonly string[]): void {
  const all = new Set(names);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined)
    throw new UsageError({ message: `cannot write tensor ${JSON.stringify(twice)}: it is given twice` });
  for (const name of names) {
    const keys = keysOf(name);
    const paths = keys.slice(1).map((_, i) => keys.slice(0, i + 1).join("."));
    const above = paths.find((path) => all.has(path));
    const isPath =
      keys.every((key) => key !== "") &&
      name.length <= LONGEST_NAME &&
      !/^_|[/\\\0]|^\.+$/.test(name) &&
      name !== MANIFEST;
    if (isPath && above === undefined) continue;
    throw new UsageError({
      message: `cannot write tensor ${JSON.stringify(name)}: a tree of orbax has no place for it`,
      expected: "keys joined by dots, and an array at the end of them",
      got: above === undefined ? undefined : `an array at ${JSON.stringify(above)} too`,
    });
  }
}
