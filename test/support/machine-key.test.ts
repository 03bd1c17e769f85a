import { chmod, mkdtemp, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findMachineKey, MachineKey, machineKey } from "../../src/support/machine-key.js";

const newFolder = () => mkdtemp(join(tmpdir(), "keys-"));

async function keyIn(folder: string): Promise<MachineKey> {
  const key = await machineKey(folder);
  expect(key).toBeInstanceOf(MachineKey);
  return key as MachineKey;
}

describe("the key of this machine", () => {
  test("is made once, for this user alone, also by several at once", async () => {
    const folder = join(await newFolder(), "trust");
    const codes = await Promise.all(
      Array.from({ length: 8 }, async () => (await keyIn(folder)).sign("use", ["a"])),
    );
    expect(new Set(codes).size).toBe(1);
    expect(await readdir(folder)).toEqual(["key"]);
    expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, "key"))).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    expect(await readFile(join(folder, "key"))).toHaveLength(32);
  });

  test("is looked for without making one", async () => {
    const folder = await newFolder();
    expect(await findMachineKey(join(folder, "trust"))).toBeUndefined();
    expect(await findMachineKey(folder)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    const key = await keyIn(folder);
    const code = key.sign("use", ["a"]);
    const found = await findMachineKey(folder);
    expect(found instanceof MachineKey && found.verifies("use", ["a"], code)).toBe(true);
  });

  test("knows what it signed, and nothing else", async () => {
    const key = await keyIn(await newFolder());
    const code = key.sign("use", ["ab", "c"]);
    expect(key.verifies("use", ["ab", "c"], code)).toBe(true);
    expect(key.verifies("use", ["a", "bc"], code)).toBe(false);
    expect(key.verifies("other use", ["ab", "c"], code)).toBe(false);
    expect(key.verifies("use", ["ab", "c"], code.slice(2))).toBe(false);
    expect(key.verifies("use", ["ab", "c"], "")).toBe(false);
    expect((await keyIn(await newFolder())).verifies("use", ["ab", "c"], code)).toBe(false);
  });

  test.each([
    [
      "can be read by others",
      (folder: string) => chmod(join(folder, "key"), 0o640),
      "FOLDER/key can be read by other users (mode 640)",
      "chmod go-rwx FOLDER/key",
    ],
    [
      "can be written by others",
      (folder: string) => chmod(join(folder, "key"), 0o602),
      "FOLDER/key can be written by other users (mode 602)",
      "chmod go-rwx FOLDER/key",
    ],
    [
      "lies where others can write",
      (folder: string) => chmod(folder, 0o770),
      "FOLDER can be written by other users (mode 770)",
      "chmod go-w FOLDER",
    ],
    [
      "is cut",
      (folder: string) => writeFile(join(folder, "key"), "short"),
      "FOLDER/key is no key: 5 bytes instead of 32",
      "remove FOLDER/key: the next run makes another",
    ],
  ] as const)("is refused when it %s", async (_, spoil, problem, hint) => {
    const folder = await newFolder();
    await keyIn(folder);
    await spoil(folder);
    const put = (text: string) => text.replace("FOLDER", folder);
    expect(await machineKey(folder)).toEqual({ problem: put(problem), hint: put(hint) });
  });

  test("is no link, and needs a folder that can be made", async () => {
    const [folder, other] = [await newFolder(), await newFolder()];
    await keyIn(other);
    await symlink(join(other, "key"), join(folder, "key"));
    expect(await machineKey(folder)).toMatchObject({ problem: expect.stringContaining("ELOOP") });
    await writeFile(join(folder, "file"), "");
    expect(await machineKey(join(folder, "file", "trust"))).toEqual({
      problem: expect.stringMatching(/^there is no key of this machine in .*file\/trust \(ENOTDIR/),
      hint: "set STABLEGRIFFIN_CACHE to a folder that can be written",
    });
  });
});
