import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTorch } from "../../../src/weights/torch/open.js";
import { errorText, temporaryFolder } from "../files.js";
import { archiveOf, opcodes, PICKLED_TENSOR } from "./archives.js";
import { refusal } from "./opened.js";

/** Made by PyTorch: make.py. */
const SAVED = join(import.meta.dirname, "saved.pt");

test("what PyTorch wrote comes back whatever its strides, under names without the dict around them", async () => {
  await using file = await openTorch(SAVED);
  const f32 = async (name: string) => [...new Float32Array((await file.tensors.get(name)!.read()).buffer)];
  const types = [...file.tensors.values()].map(({ name, dtype, shape }) => `${name} ${dtype} [${shape}]`);
  expect(types).toEqual([
    "plain f32 [2,3,4]",
    "transposed f32 [6,4]",
    "part f32 [2,3]",
    "every_second f32 [12]",
    "expanded f32 [2,3]",
    "bf16 bf16 [2]",
    "f16 f16 [2]",
    "whole i64 [1,2]",
    "wide ui16 [2]",
    "scalar f32 []",
    "empty f32 [0,4]",
    "parameter f32 [2]",
  ]);
  const counted = Array.from({ length: 24 }, (_, i) => i);
  expect(await f32("plain")).toEqual(counted);
  expect(await f32("transposed")).toEqual(counted.map((i) => (i % 4) * 6 + Math.floor(i / 4)));
  expect(await f32("part")).toEqual([5, 6, 7, 8, 9, 10]);
  expect(await f32("every_second")).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
  expect(await f32("expanded")).toEqual([7, 7, 7, 8, 8, 8]);
  expect(await f32("scalar")).toEqual([3.5]);
  expect(await f32("empty")).toEqual([]);
  expect(await f32("parameter")).toEqual([1, 2]);
  const bits = async (name: string) => [...new Uint16Array((await file.tensors.get(name)!.read()).buffer)];
  expect(await bits("bf16")).toEqual([0x3f80, 0xc020]);
  expect(await bits("f16")).toEqual([0x3c00, 0xc100]);
  expect(await bits("wide")).toEqual([65535, 1]);
  expect([...new BigInt64Array((await file.tensors.get("whole")!.read()).buffer)]).toEqual([1n, -2n]);
});

test("a tensor is read into given memory", async () => {
  await using file = await openTorch(SAVED);
  for (const name of ["plain", "transposed"]) {
    const into = new Uint8Array(96);
    expect(await file.tensors.get(name)!.read(into)).toBe(into);
    expect(into).toEqual(await file.tensors.get(name)!.read());
  }
});

test("an order of bytes that is a file of its own is not read for it", async () => {
  const entries = { "data.pkl": PICKLED_TENSOR(4, [4], [1]), "data/0": new Uint8Array(16) };
  expect(await refusal(archiveOf({ ...entries, byteorder: new Uint8Array(17) }))).toBe(
    "checkpoint error: byteorder: not read here\n  expected: little\n  got:      17 bytes\n  at:       model.pt",
  );
});

test("what torch.save does not write is told apart", async () => {
  expect(await refusal(opcodes(0x80, 2, 0x8a, 10))).toBe(
    `checkpoint error: file: a bare pickle, as PyTorch wrote before 1.6
  expected: a zip archive with data.pkl
  at:       model.pt
  hint:     load and save it with a newer PyTorch`,
  );
  expect(await refusal(archiveOf({ "other.txt": opcodes("x") }))).toContain(
    "data.pkl: missing in the archive",
  );
  const big = {
    byteorder: opcodes("big"),
    "data.pkl": PICKLED_TENSOR(4, [4], [1]),
    "data/0": new Uint8Array(16),
  };
  expect(await refusal(archiveOf(big))).toContain(
    "byteorder: not read here\n  expected: little\n  got:      big",
  );
});

test("a file with any byte changed is read as it was, or is an error of ours", async () => {
  const bytes = await readFile(SAVED);
  const path = join(await temporaryFolder(), "model.pt");
  const values = async () => {
    await using file = await openTorch(path);
    const read = [...file.tensors.values()].map(
      async (one) => [one.name, Buffer.from(await one.read())] as const,
    );
    return new Map(await Promise.all(read));
  };
  await writeFile(path, bytes);
  const whole = await values();
  for (let at = 0; at < bytes.length; at += 41) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 0x55;
    await writeFile(path, changed);
    const text = await errorText(async () => {
      const got = await values();
      // A name or a date may be another; numbers may not, nor may they be fewer.
      expect([...got.values()]).toEqual([...whole.values()]);
      throw new Error("as it was");
    });
    expect(text).toMatch(/^checkpoint error: |^as it was$/);
  }
});
