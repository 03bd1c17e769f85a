/** @file For tests: bytes opened as a file of PyTorch's. */
import { openTorch } from "../../../src/weights/torch/open.js";
import { errorText, temporaryFile } from "../files.js";

/** The file of these bytes. */
export const open = async (bytes: Uint8Array) => openTorch(await temporaryFile(bytes, "model.pt"));

/** The error's text when it is opened and read, without the folder. */
export const refusal = async (bytes: Uint8Array) => {
  const text = await errorText(async () => {
    await using file = await open(bytes);
    for (const tensor of file.tensors.values()) await tensor.read();
  });
  return text.replaceAll(/\/\S*\/model\.pt/g, "model.pt");
};
