import { expect, test } from "vitest";
import { openTorch } from "../../../src/weights/torch/open.js";
import { errorText, temporaryFile } from "../files.js";
import { bytesOf, opcodes } from "./archives.js";

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
