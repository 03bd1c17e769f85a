import { existsSync } from "node:fs";
import { open as openFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { bindWeights } from "../../../src/weights/bind.js";
import type { Parameter } from "../../../src/weights/names.js";
import { openTorch } from "../../../src/weights/torch/open.js";
import { errorText, temporaryFile, temporaryFolder } from "../files.js";
import { archiveOf, bytesOf, opcodes, PICKLED_TENSOR } from "./archives.js";

/** Made by PyTorch: make.py. */
const SAVED = join(import.meta.dirname, "saved.pt");

const open = async (bytes: Uint8Array) => openTorch(await temporaryFile(bytes, "model.pt"));

/** The error's text, without the folder. */
const refusal = async (bytes: Uint8Array) => {
  const text = await errorText(async () => {
    await using file = await open(bytes);
    for (const tensor of file.tensors.values()) await tensor.read();
  });
  return text.replaceAll(/\/\S*\/model\.pt/g, "model.pt");
};

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

test("a pickle that names a function is refused by its name, and nothing is run", async () => {
  const victim = join(await temporaryFolder(), "made");
  const pickle = opcodes(
    0x80,
    2,
    "cposix\nsystem\n",
    0x28,
    0x58,
    bytesOf(victim.length + 6, 4),
    `touch ${victim}`,
    0x74,
    0x52,
    0x2e,
  );
  expect(await refusal(archiveOf({ "data.pkl": pickle }))).toBe(
    `checkpoint error: data.pkl: the pickle names posix.system, which no tensor needs
  expected: dicts, lists, numbers, text and tensors
  at:       model.pt
  hint:     nothing of the file was run; save the tensors alone: torch.save(model.state_dict(), PATH)`,
  );
  expect(existsSync(victim)).toBe(false);
});

test("a name that tensors need is not applied to what is no tensor", async () => {
  const pickle = opcodes(0x80, 2, "ctorch._utils\n_rebuild_tensor_v2\n", 0x4b, 1, 0x85, 0x52, 0x2e);
  expect(await refusal(archiveOf({ "data.pkl": pickle }))).toContain(
    "data.pkl: the pickle gives torch._utils._rebuild_tensor_v2 what it does not take",
  );
});

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

test.each([
  [
    "a storage of another size",
    PICKLED_TENSOR(5, [5], [1]),
    "storage archive/data/0 has another size than its tensors think\n  expected: 20 bytes\n  got:      16 bytes",
  ],
  [
    "strides beyond the storage",
    PICKLED_TENSOR(4, [2, 2], [3, 1]),
    "a tensor reaches beyond its storage archive/data/0\n  expected: f32 [2, 2], strides [3, 1], from element 0 on\n  got:      16 bytes",
  ],
  [
    "a size beyond all memory",
    PICKLED_TENSOR(4, [2 ** 30, 2 ** 30], [0, 0]),
    "a tensor reaches beyond its storage archive/data/0",
  ],
  ["a pickle that is cut off", PICKLED_TENSOR(4, [4], [1]).slice(0, -3), "the pickle is cut off"],
  [
    "no tensor",
    opcodes(0x80, 2, 0x7d, 0x2e),
    "there is no tensor in it\n  expected: a dict of tensors by name",
  ],
  [
    "a dict that contains itself",
    opcodes(0x80, 2, 0x7d, 0x71, 0, 0x4b, 1, 0x68, 0, 0x73, 0x2e),
    "a dict of the pickle contains itself",
  ],
  [
    "a dict that is its own params",
    opcodes(0x80, 2, 0x7d, 0x71, 0, 0x58, bytesOf(6, 4), "params", 0x68, 0, 0x73, 0x2e),
    "a dict of the pickle contains itself",
  ],
  [
    "dicts that each hold another twice",
    opcodes(
      ...[0x80, 2, 0x7d, 0x71, 0],
      ...Array.from({ length: 20 }, (_, i) =>
        opcodes(0x7d, 0x71, i + 1, 0x4b, 1, 0x68, i, 0x73, 0x4b, 2, 0x68, i, 0x73),
      ),
      0x2e,
    ),
    "its dicts are too many or too deep\n  expected: at most 65536 dicts, 100 deep",
  ],
  [
    "a pickle of millions of dicts, a byte each",
    new Uint8Array(2 ** 21).fill(0x7d),
    "the pickle makes more than tensors need\n  expected: at most 16777216 steps and items",
  ],
  [
    "a long list that is copied again and again",
    opcodes(
      ...[0x28, new Uint8Array(2 ** 16).fill(0x29), 0x6c, 0x71, 0],
      ...Array.from({ length: 256 }, () => opcodes("ccollections\nOrderedDict\n", 0x68, 0, 0x85, 0x52, 0x30)),
      0x2e,
    ),
    "the pickle makes more than tensors need\n  expected: at most 16777216 steps and items",
  ],
  [
    "a dict of many items that is in another many times",
    opcodes(
      ...[0x7d, 0x71, 0, 0x28],
      ...Array.from({ length: 2 ** 16 }, (_, i) => opcodes(0x4a, bytesOf(i, 4), 0x4e)),
      ...[0x75, 0x30, 0x7d, 0x28],
      ...Array.from({ length: 100 }, (_, i) => opcodes(0x4b, i, 0x68, 0)),
      ...[0x75, 0x2e],
    ),
    "its dicts have too many items\n  expected: at most 4194304",
  ],
  [
    "a tensor in dicts of long names",
    opcodes(0x7d, 0x58, bytesOf(5000, 4), "n".repeat(5000), 0x7d, 0x73, 0x2e),
    "a name in it is too long\n  expected: at most 4096 characters\n  got:      nnnnnnnnnnnnnnnnnnnn..., 5000 characters",
  ],
  [
    "a tensor of more axes than PyTorch has",
    PICKLED_TENSOR(
      4,
      Array.from({ length: 65 }, () => 1),
      Array.from({ length: 65 }, () => 1),
    ),
    "the pickle gives torch._utils._rebuild_tensor_v2 what it does not take",
  ],
  [
    "a stride below 0, which PyTorch does not have",
    PICKLED_TENSOR(4, [2, 2], [-2, 1]),
    "the pickle gives torch._utils._rebuild_tensor_v2 what it does not take\n  expected: a storage, where the tensor begins in it, at most 64 sizes and as many strides, none below 0",
  ],
  [
    "a name that is no text",
    opcodes(0x80, 4, 0x4b, 1, 0x4b, 2, 0x93, 0x2e),
    "a name of the pickle is no text",
  ],
  [
    "an unknown opcode",
    opcodes(0x80, 2, 0x69, 0x2e),
    "byte 2 of the pickle is no opcode that tensors need\n  got:      0x69",
  ],
])("%s is an error", async (_, pickle, message) => {
  const text = await refusal(archiveOf({ "data.pkl": pickle, "data/0": new Uint8Array(16) }));
  expect(text).toContain(`checkpoint error: data.pkl: ${message}`);
});

/** `{name: True}` in a pickle. */
const flag = (name: string) => opcodes(0x7d, 0x58, bytesOf(name.length, 4), name, 0x88, 0x73);

test.each(["conj", "neg"])(
  "a tensor that PyTorch would read otherwise than its storage (%s) is refused, not read as it lies",
  async (name) => {
    const pickle = PICKLED_TENSOR(4, [2, 2], [2, 1], flag(name));
    expect(await refusal(archiveOf({ "data.pkl": pickle, "data/0": new Uint8Array(16) }))).toBe(
      `checkpoint error: data.pkl: a tensor is not the numbers of its storage
  expected: no more than a type, a shape and strides
  got:      ${name}
  at:       model.pt
  hint:     save it after resolve_conj() and resolve_neg(): it is to be conjugated or negated where it is read`,
    );
  },
);

test("a tensor of which nothing more is said is read", async () => {
  for (const nothing of [opcodes(0x4e), opcodes(0x7d)]) {
    const pickle = PICKLED_TENSOR(4, [2, 2], [2, 1], nothing);
    await using file = await open(archiveOf({ "data.pkl": pickle, "data/0": new Uint8Array(16) }));
    expect([...file.tensors.keys()]).toEqual(["w"]);
  }
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

test("an order of bytes that is a file of its own is not read for it", async () => {
  const entries = { "data.pkl": PICKLED_TENSOR(4, [4], [1]), "data/0": new Uint8Array(16) };
  expect(await refusal(archiveOf({ ...entries, byteorder: new Uint8Array(17) }))).toBe(
    "checkpoint error: byteorder: not read here\n  expected: little\n  got:      17 bytes\n  at:       model.pt",
  );
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
