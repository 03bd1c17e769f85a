/** @file The files of a case: its description, and its tensors. */
import { z } from "zod";
import { GriffinError } from "../support/errors.js";
import { JsonError, parseJson } from "../support/json.js";
import { readLimited } from "../support/read-limited.js";
import { CheckpointError, openSafetensors, type StoredTensor } from "../weights/index.js";

/** A tensor of a case: f32 numbers or i32 tokens, positions and counts, row-major. */
export type GoldenTensor =
  | { readonly dtype: "f32"; readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }
  | { readonly dtype: "i32"; readonly shape: readonly number[]; readonly data: Int32Array<ArrayBuffer> };

/** A folder is not a golden case, or lacks what was asked of it. */
export class GoldenError extends GriffinError {
  constructor(
    message: string,
    where: string,
    both: { readonly expected?: string | undefined; readonly got?: string | undefined } = {},
  ) {
    super("golden error", { message, where, ...both });
  }
}

/** Longer is no description, bytes. */
export const LONGEST_DESCRIPTION = 1 << 24;

/** Reads a description. @throws GoldenError for one that cannot be read, parsed, or is not as the schema says */
export async function readDescription<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T> {
  const path = `${folder.replace(/\/+$/, "")}/${name}`;
  const file = await readLimited(path, LONGEST_DESCRIPTION);
  if ("problem" in file) {
    throw new GoldenError(`${name} cannot be read: this folder is not a golden case`, path, {
      ...{
        expected: file.expected,
        got: file.got ?? (file.problem === "missing" ? undefined : file.problem),
      },
    });
  }
  const text = file.bytes.toString("utf8");
  const { success, data, error } = schema.safeParse(parse(text, name, path));
  if (success) return data;
  throw new GoldenError(`${name} is not as golden/README.md says`, path, { got: z.prettifyError(error) });
}

function parse(text: string, name: string, path: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new GoldenError(`${name} cannot be parsed (${error.message})`, path);
  }
}

/** All tensors of a safetensors file by name. @throws CheckpointError for types other than f32 and i32 */
export async function readTensors(path: string): Promise<ReadonlyMap<string, GoldenTensor>> {
  await using file = await openSafetensors(path);
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, tensor] of file.tensors) tensors.set(name, await readTensor(tensor, path));
  return tensors;
}

async function readTensor({ name, dtype, shape, read }: StoredTensor, path: string): Promise<GoldenTensor> {
  if (dtype === "f32") return { dtype, shape, data: new Float32Array((await read()).buffer) };
  if (dtype === "i32") return { dtype, shape, data: new Int32Array((await read()).buffer) };
  throw new CheckpointError(path, [
    { subject: name, problem: "wrong dtype", expected: "f32 or i32", got: dtype },
  ]);
}
