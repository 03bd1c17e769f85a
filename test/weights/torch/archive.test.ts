import { open as openFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { bindWeights } from "../../../src/weights/bind.js";
import type { Parameter } from "../../../src/weights/names.js";
import { openTorch } from "../../../src/weights/torch/open.js";
import { errorText, temporaryFile } from "../files.js";
import { archiveOf, bytesOf, opcodes, PICKLED_TENSOR } from "./archives.js";
import { open, refusal } from "./opened.js";

test("an archive that lies, or whose bytes have changed, is refused", async () => {
  const good = archiveOf({ "data.pkl": PICKLED_TENSOR(4, [2, 2], [2, 1]), "data/0": new Uint8Array(16) });
  await using file = await open(good);
  expect([...file.tensors.keys()]).toEqual(["w"]);

  const changed = good.slice();
  changed[Buffer.from(good).indexOf("archive/data/0") + "archive/data/0".length] = 1;
  expect(await refusal(changed)).toBe(
    `checkpoint error: archive/data/0: its bytes are not those that were saved
  expected: CRC-32 ecbb4b55
  got:      ${/got: +(\w+)/.exec(await refusal(changed))![1]}
  at:       model.pt
  hint:     fetch the file again`,
  );

  expect(await refusal(good.slice(0, good.length - 30))).toMatch(
    /^checkpoint error: archive: not a whole zip archive\n/,
  );

  const moved = good.slice();
  moved[Buffer.from(good).lastIndexOf("archive/data/0") - 4] = 200;
  expect(await refusal(moved)).toMatch(/not where the archive's list says|reaches beyond the file/);
});

test("an archive without any checksum, which PyTorch writes when it is told to, is read, and people are told", async () => {
  const entries = { "data.pkl": PICKLED_TENSOR(2, [2], [1]), "data/0": new Uint8Array(8).fill(1) };
  await using file = await open(archiveOf(entries, () => 0));
  expect(await file.tensors.get("w")!.read()).toEqual(new Uint8Array(8).fill(1));
  expect(file.notes).toEqual([`${file.path} has no checksums (CRC-32): damage to its tensors is not found`]);
  const parameters = [{ path: "w", shape: [2] }];
  const names = { nameOf: ({ path, shape }: Parameter) => ({ name: path, shape }), pathOf: () => undefined };
  expect(bindWeights({ ...file, where: "FOLDER" }, parameters, names).warnings).toEqual(file.notes);
  await using checked = await open(archiveOf(entries));
  expect(checked.notes).toEqual([]);
});

test("a checksum of 0 among others is held against the bytes as they are", async () => {
  const entries = { "data.pkl": PICKLED_TENSOR(2, [2], [1]), "data/0": new Uint8Array(8).fill(1) };
  const lying = archiveOf(entries, (data, key) => (key === "data/0" ? 0 : crc32(data)));
  expect(await refusal(lying)).toBe(
    `checkpoint error: archive/data/0: its bytes are not those that were saved
  expected: CRC-32 00000000
  got:      ${crc32(entries["data/0"]).toString(16).padStart(8, "0")}
  at:       model.pt
  hint:     fetch the file again`,
  );
});

test.each([
  ["method", 8, [8, 0], "bytes as they are", "method of compression 8"],
  ["checksum", 14, [1, 2, 3, 4], "CRC-32 ecbb4b55", "04030201"],
  ["size", 18, [8, 0, 0, 0], "16 bytes", "8 bytes"],
  ["size before it was compressed", 22, [8, 0, 0, 0], "16 bytes", "8 bytes"],
] as const)(
  "an entry whose own header has another %s than the archive's list is refused",
  async (_, field, bytes, expected, got) => {
    const archive = archiveOf({
      "data.pkl": PICKLED_TENSOR(4, [2, 2], [2, 1]),
      "data/0": new Uint8Array(16),
    });
    archive.set(bytes, Buffer.from(archive).indexOf("archive/data/0") - 30 + field);
    expect(await refusal(archive)).toBe(
      `checkpoint error: archive/data/0: its own header says otherwise than the archive's list
  expected: ${expected}
  got:      ${got}
  at:       model.pt
  hint:     fetch the file again`,
    );
  },
);

test("an archive with two entries of one name, a compressed entry, or one that says it is longer than the file, is refused", async () => {
  const good = archiveOf({
    "data.pkl": PICKLED_TENSOR(4, [2, 2], [2, 1]),
    "data/0": new Uint8Array(16),
    "data/1": new Uint8Array(16),
  });
  const edited = (...changes: readonly (readonly [from: string, to: string])[]) =>
    changes.reduce(
      (bytes, [from, to]) => Buffer.from(bytes.toString("latin1").replaceAll(from, to), "latin1"),
      Buffer.from(good),
    );
  expect(await refusal(edited(["archive/data/1", "archive/data/0"]))).toBe(
    "checkpoint error: archive/data/0: stored twice\n  at:       model.pt",
  );
  const listed = Buffer.from(good).lastIndexOf("archive/data/1") - 46;
  const compressed = Uint8Array.from(good);
  compressed[listed + 10] = 8;
  expect(await refusal(compressed)).toBe(
    `checkpoint error: archive/data/1: compressed
  expected: bytes as they are, as torch.save writes them
  at:       model.pt`,
  );
  const long = Uint8Array.from(good);
  for (const field of [20, 24]) long[listed + field + 1] = 8;
  expect(await refusal(long)).toMatch(
    /^checkpoint error: archive\/data\/1: reaches beyond the file\n {2}expected: 2064 bytes\n {2}got: {6}\d+ bytes\n {2}at: {7}model\.pt\n {2}hint: {5}fetch the file again$/,
  );
});

test("entries that lie within each other, as a short archive would have any number of long ones, are refused", async () => {
  const inner = archiveOf({ "data/1": new Uint8Array(16) }).subarray(0, 30 + 14 + 16);
  const archive = archiveOf({
    "data.pkl": PICKLED_TENSOR(4, [2, 2], [2, 1]),
    "data/0": Buffer.concat([new Uint8Array(16), inner]),
    "data/1": new Uint8Array(16),
  });
  const begin = Buffer.from(archive).indexOf(inner);
  const listed = Buffer.from(archive).lastIndexOf("archive/data/1") - 46;
  archive.set(bytesOf(begin, 4), listed + 42);
  expect(await refusal(archive)).toMatch(
    /^checkpoint error: archive\/data\/1: lies within another entry\n {2}got: {6}it begins at byte \d+, archive\/data\/0 ends at byte \d+\n {2}at: {7}model.pt\n/,
  );
});

test("an archive with another in its comment or behind it is refused: readers would take one or the other", async () => {
  const of = (last: number) =>
    archiveOf({ "data.pkl": PICKLED_TENSOR(4, [2, 2], [2, 1]), "data/0": new Uint8Array(16).fill(last) });
  const [one, other] = [Uint8Array.from(of(1)), of(2)];
  one.set(bytesOf(other.length, 2), one.length - 2);
  for (const archive of [Buffer.concat([one, other]), Buffer.concat([of(1), other])])
    expect(await refusal(archive)).toContain("checkpoint error: archive: not a whole zip archive");
});

test("an archive whose list of entries is said to be longer than any is not read for it", async () => {
  const path = await temporaryFile(archiveOf({}), "model.pt");
  const length = 2 ** 32 - 2;
  await using file = await openFile(path, "w");
  await file.write(opcodes("PK\x03\x04"));
  const end = opcodes(
    "PK\x05\x06",
    bytesOf(0, 4),
    bytesOf(1, 2),
    bytesOf(1, 2),
    bytesOf(length, 4),
    bytesOf(0, 4),
  );
  await file.write(opcodes(end, bytesOf(0, 2)), 0, 22, length);
  const text = await errorText(() => openTorch(path));
  expect(text.replaceAll(path, "model.pt")).toBe(
    `checkpoint error: archive: not a whole zip archive
  expected: what torch.save writes
  got:      its list of entries is said to have ${length} bytes
  at:       model.pt
  hint:     fetch the file again`,
  );
});
