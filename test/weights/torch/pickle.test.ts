import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../files.js";
import { archiveOf, bytesOf, opcodes, PICKLED_TENSOR } from "./archives.js";
import { open, refusal } from "./opened.js";

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
