import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { extractMember } from "../../../src/runtime-pjrt/install/zip.js";

interface Member {
  readonly name: string;
  readonly text: string;
  readonly stored?: boolean;
  readonly checksum?: number;
}

/** A zip archive by the format's description: local headers with data, central directory, end record. */
function zip(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, stored = false, checksum = crc32(text) } of members) {
    const data = stored ? Buffer.from(text) : deflateRawSync(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(checksum, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(text.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, tail, Buffer.from(name)]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** Extracts `name` from an archive of these bytes: its text, or the error's lines. */
async function extract(bytes: Uint8Array, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "zip-"));
  const archive = join(folder, "a.whl");
  await writeFile(archive, bytes);
  try {
    await extractMember(archive, name, join(folder, "out"));
    return await readFile(join(folder, "out"), "utf8");
  } catch (error) {
    return (error as Error).message.replaceAll(folder, "");
  }
}

const text = "a library, ".repeat(1000);
const archive = zip([
  { name: "README", text: "read me", stored: true },
  { name: "folder/lib.so", text },
]);

describe("a member of an archive", () => {
  test("is taken out, compressed or not", async () => {
    expect(await extract(archive, "folder/lib.so")).toBe(text);
    expect(await extract(archive, "README")).toBe("read me");
  });

  test.each([
    ["a member that is not there", archive, "lib.so", "no member lib.so"],
    ["a cut archive", archive.subarray(0, 60), "README", "no end of central directory"],
    ["not an archive", Buffer.from("hello"), "README", "no end of central directory"],
    ["a wrong checksum", zip([{ name: "x", text: "y", checksum: 1 }]), "x", "x with a wrong checksum"],
  ])("%s is told", async (_, bytes, name, got) => {
    expect(await extract(bytes, name)).toBe(
      `environment error: cannot read /a.whl\n  expected: a whole zip archive\n  got:      ${got}`,
    );
  });
});
