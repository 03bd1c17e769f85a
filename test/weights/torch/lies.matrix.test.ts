import { expect, test } from "vitest";
import { openTorch } from "../../../src/weights/torch/open.js";
import { errorText, temporaryFile } from "../files.js";
import { archiveOf, bytesOf, opcodes, PICKLED_TENSOR } from "./archives.js";

test("an archive of entries without number is not gone through", async () => {
  const count = 2 ** 17 + 1;
  const [name, none] = ["archive/data/0", bytesOf(0, 8)];
  const common = opcodes(bytesOf(20, 2), none, bytesOf(0, 12), bytesOf(name.length, 2), bytesOf(0, 2));
  const local = opcodes("PK\x03\x04", common, name);
  const entry = opcodes("PK\x01\x02", bytesOf(20, 2), common, bytesOf(0, 14), name);
  const list = Buffer.alloc(count * entry.length, entry);
  const counts = opcodes(
    bytesOf(count, 8),
    bytesOf(count, 8),
    bytesOf(list.length, 8),
    bytesOf(local.length, 8),
  );
  const record = opcodes("PK\x06\x06", bytesOf(44, 8), bytesOf(45, 2), bytesOf(45, 2), none, counts);
  const locator = opcodes("PK\x06\x07", bytesOf(0, 4), bytesOf(local.length + list.length, 8), bytesOf(1, 4));
  const end = opcodes("PK\x05\x06", bytesOf(0, 4), new Uint8Array(12).fill(255), bytesOf(0, 2));
  const path = await temporaryFile(opcodes(local, list, record, locator, end), "model.pt");
  const text = await errorText(() => openTorch(path));
  expect(text.replaceAll(path, "model.pt")).toBe(
    `checkpoint error: archive: not a whole zip archive
  expected: what torch.save writes
  got:      more than 131072 entries
  at:       model.pt
  hint:     fetch the file again`,
  );
});

test("tensors without number in a dict of a long name do not take memory for each name", async () => {
  const tensor = PICKLED_TENSOR(4, [2, 2], [2, 1]);
  // What follows the dict, its mark and the name `w`, up to what sets the items.
  const made = tensor.subarray(2 + 2 + 6, -2);
  const count = 100_000;
  const again = Array.from({ length: count }, (_, i) => opcodes(0x4a, bytesOf(i, 4), 0x68, 0));
  const pickle = opcodes(
    ...[0x80, 2, made, 0x71, 0, 0x30],
    ...[0x7d, 0x58, bytesOf(4000, 4), "n".repeat(4000), 0x7d, 0x28, ...again, 0x75, 0x73, 0x2e],
  );
  const path = await temporaryFile(
    archiveOf({ "data.pkl": pickle, "data/0": new Uint8Array(16) }),
    "model.pt",
  );
  expect((await errorText(() => openTorch(path))).replaceAll(path, "model.pt")).toBe(
    `checkpoint error: data.pkl: the names of its tensors are too long
  expected: at most 33554432 characters in all of them together
  at:       model.pt`,
  );
});
