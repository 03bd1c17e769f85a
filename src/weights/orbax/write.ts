/** @file Checkpoints as orbax writes them into plain folders: an array of zarr (version 2) for every tensor, and what says which tree they are. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cannotWrite, GriffinError, UsageError } from "../../support/errors.js";
import { makeFolder } from "../../support/whole.js";
import type { StoredType } from "../dtype.js";
import type { TensorToWrite } from "../write.js";
import { zarrTypes } from "./array-metadata.js";
import { MANIFEST } from "./ocdbt.js";

/** What orbax calls the handler of trees of arrays. */
const HANDLER = "orbax.checkpoint._src.handlers.pytree_checkpoint_handler.PyTreeCheckpointHandler";

/** Orbax's number for keys of dicts. */
const DICT_KEY = 2;

type Entries = readonly (readonly [string, TensorToWrite])[];

/**
 * Writes `tensors` to the folder `path` so that orbax restores them as a tree of NumPy arrays; whole or not at all. They are read one at a time,
 * and each is one chunk, not compressed: floats of weights hardly become smaller. What is at `path` is replaced.
 * @throws UsageError for a name that is no path of keys, and for an element type that zarr has not; EnvironmentError with what the file system says
 */
export async function writeOrbax(path: string, tensors: Entries): Promise<void> {
  checkNames(tensors.map(([name]) => name));
  const described = tensors.map(([name, tensor]) => ({ name, tensor, array: describe(name, tensor) }));
  const fill = async ({ result }: { readonly result: string }) => {
    const put = (name: string, data: Uint8Array | string) =>
      writeFile(join(result, name), data, { flag: "wx", flush: true });
    for (const { name, tensor, array } of described) {
      await mkdir(join(result, name));
      await put(`${name}/.zarray`, JSON.stringify(array));
      if (tensor.shape.includes(0)) continue;
      await put(`${name}/${tensor.shape.map(() => 0).join(".") || "0"}`, await tensor.read());
    }
    await put("_METADATA", JSON.stringify(treeOf(tensors)));
    await put("_CHECKPOINT_METADATA", JSON.stringify({ item_handlers: HANDLER, custom_metadata: {} }));
  };
  await makeFolder(path, fill, "replace").catch((cause: unknown) => {
    throw cause instanceof GriffinError ? cause : cannotWrite(path, cause);
  });
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
const treeOf = (tensors: Entries): Readonly<Record<string, unknown>> => ({
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
  use_ocdbt: false,
  use_zarr3: false,
  store_array_data_equal_to_fill_value: true,
  custom_metadata: null,
});

/** `blocks.0.mlp_block.ffw_up.w` lies below `blocks.0`, `mlp_block` and `ffw_up`: Flax numbers its modules so. */
const keysOf = (name: string): readonly string[] => name.split(/\.(?!\d+(?:\.|$))/);

const pythonTuple = (keys: readonly string[]): string =>
  `(${keys.map((key) => `'${key.replace(/[\\']/g, "\\$&")}'`).join(", ")}${keys.length === 1 ? "," : ""})`;

/** Names become those of folders, and paths of keys of which none leads to an array and on. */
function checkNames(names: readonly string[]): void {
  const all = new Set(names);
  for (const name of names) {
    const keys = keysOf(name);
    const paths = keys.slice(1).map((_, i) => keys.slice(0, i + 1).join("."));
    const above = paths.find((path) => all.has(path));
    const isPath = keys.every((key) => key !== "") && !/^_|[/\\\0]|^\.+$/.test(name) && name !== MANIFEST;
    if (isPath && above === undefined) continue;
    throw new UsageError({
      message: `cannot write tensor ${JSON.stringify(name)}: a tree of orbax has no place for it`,
      expected: "keys joined by dots, and an array at the end of them",
      got: above === undefined ? undefined : `an array at ${JSON.stringify(above)} too`,
    });
  }
}
