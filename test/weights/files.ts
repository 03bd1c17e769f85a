/**
 * @file Files for the tests of this folder: temporary folders, and safetensors bytes put together by hand.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/**
 * The bytes of a safetensors file with this header (an object, or text as it is) and this many bytes of data.
 */
export function rawSafetensors(header: object | string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  for (let i = 0; i < dataBytes; i++) bytes[8 + json.length + i] = i;
  return bytes;
}

/** Writes `bytes` as `name` in a temporary folder; the path. */
export async function temporaryFile(bytes: Uint8Array, name = "model.safetensors"): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  return path;
}

/** A configuration with one layer of each kind, as Hugging Face writes it. */
export const TINY_CONFIG = {
  model_type: "recurrent_gemma",
  vocab_size: 16,
  hidden_size: 8,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  lru_width: 12,
  attention_window_size: 4,
  block_types: ["recurrent", "attention"],
} as const;

/** The text of the error that `action` ends with; fails when it ends well. */
export async function errorText(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("expected an error");
}
