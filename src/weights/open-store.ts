/** @file Tensors at a path, in whichever file format they are: told by looking, not by the name. */
import { closeRead, openFileOrFolder, readRange, sizeOfFile } from "./file.js";
import { openOrbax } from "./orbax/open.js";
import { readSafetensors } from "./safetensors.js";
import type { TensorStore } from "./stored.js";
import { looksLikeZip } from "./torch/archive.js";
import { readTorch } from "./torch/open.js";

/** Opens the tensors at `path`: the very file that was looked at is read. @throws CheckpointError */
export async function openStore(path: string): Promise<TensorStore> {
  const file = await openFileOrFolder(path);
  if (file === undefined) return openOrbax(path);
  try {
    const head = await readRange(file, path, 0, Math.min(4, await sizeOfFile(file, path)));
    // Anything that is not told apart is taken for safetensors, whose reader says what is wrong.
    const isTorch = looksLikeZip(head) || /\.(?:pt|pth|bin)$/.test(path);
    return await (isTorch ? readTorch : readSafetensors)(file, path);
  } catch (error) {
    await closeRead(file);
    throw error;
  }
}
