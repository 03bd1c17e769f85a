/** @file Tensors at a path, in whichever file format they are: told by looking, not by the name. */
import { stat } from "node:fs/promises";
import { CheckpointError } from "./errors.js";
import { fileProblem, openFile } from "./file.js";
import { openOrbax } from "./orbax/open.js";
import { openSafetensors } from "./safetensors.js";
import type { StoreFormat, TensorStore } from "./stored.js";
import { looksLikeZip } from "./torch/archive.js";
import { openTorch } from "./torch/open.js";

const OPENERS: Readonly<Record<StoreFormat, (path: string) => Promise<TensorStore>>> = {
  safetensors: openSafetensors,
  torch: openTorch,
  orbax: openOrbax,
  "orbax-zarr": openOrbax,
};

/** Opens the tensors at `path`. @throws CheckpointError */
export async function openStore(path: string): Promise<TensorStore> {
  return OPENERS[await formatOf(path)](path);
}

/** What is at a path; anything that is not told apart is taken for safetensors, whose reader says what is wrong. */
async function formatOf(path: string): Promise<StoreFormat> {
  try {
    if ((await stat(path)).isDirectory()) return "orbax";
    await using file = await openFile(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const head = buffer.subarray(0, bytesRead);
    return looksLikeZip(head) || /\.(?:pt|pth|bin)$/.test(path) ? "torch" : "safetensors";
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(path, [fileProblem(error)]);
  }
}
