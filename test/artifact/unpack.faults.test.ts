import { access, appendFile, mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { ARCHIVE_LIMITS, type ArchiveLimits } from "../../src/artifact/archive-rules.js";
import { archiveSink } from "../../src/artifact/archive-sink.js";
import { unpackArtifact } from "../../src/artifact/unpack.js";
import { temporaryFolder } from "../cli/griffin.js";
import { type HandmadeEntry, handmadeArchive } from "./archives.js";

const manifest: HandmadeEntry = { name: "manifest.json", data: "{}" };

/** Unpacks a handmade archive; gives what came out, or the error's text without the archive's folder. */
async function unpack(content: Buffer, limits: Partial<ArchiveLimits> = {}, listed = 2 ** 30) {
  const parent = await temporaryFolder();
  const archive = join(parent, "model.zip");
  const folder = join(parent, "out");
  await mkdir(folder);
  await writeFile(archive, content);
  const all = { ...ARCHIVE_LIMITS, ...limits };
  const failure = await unpackArtifact(archive, folder, async () => listed, { limits: all }).then(
    () => undefined,
    (error: Error) => error.message.replaceAll(`${parent}/`, ""),
  );
  return { parent, failure, files: (await readdir(folder, { recursive: true })).sort() };
}

const refusal = async (entries: readonly HandmadeEntry[], limits: Partial<ArchiveLimits> = {}) => {
  const { failure, files, parent } = await unpack(handmadeArchive(entries), limits);
  return { failure, files, beside: (await readdir(parent)).sort() };
};

/** What an archive that is refused by its list leaves: nothing. */
const refused = (failure: string) => ({ failure, files: [], beside: ["model.zip", "out"] });

const refusedFor = (name: string, problem: string, more = "") =>
  refused(`artifact error: ${JSON.stringify(name)}: ${problem}${more}\n  at:       model.zip`);

describe("an archive is unpacked", () => {
  test("made by hand, stored and deflated, with entries for folders", async () => {
    const { files, failure, parent } = await unpack(
      handmadeArchive([
        { name: "programs/", mode: 0o040755 },
        { name: "programs/a.mlirbc", data: "a".repeat(1000), deflated: true },
        { name: "README.md", data: "read me" },
        { name: "empty" },
        manifest,
      ]),
    );
    expect({ files, failure }).toEqual({
      files: ["README.md", "empty", "manifest.json", "programs", "programs/a.mlirbc"],
      failure: undefined,
    });
    expect(await readFile(join(parent, "out", "programs/a.mlirbc"), "utf8")).toBe("a".repeat(1000));
  });

  test("made by us, which another tool reads too", async () => {
    const parent = await temporaryFolder();
    const archive = join(parent, "model.zip");
    const sink = await archiveSink(archive);
    const weights = new Uint8Array(3_000_000).map((_, i) => (i * 2_654_435_761) >>> 24);
    await sink.add("weights/model.safetensors", weights);
    await sink.add("manifest.json", "{}".padEnd(10_000));
    await sink.close();
    const list =
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, i.file_size, i.compress_type) for i in z.infolist()])";
    const { stdout } = await execa("python3", ["-c", list, archive]);
    expect(stdout).toBe("None [('weights/model.safetensors', 3000000, 0), ('manifest.json', 10000, 8)]");
    await unpackArtifact(archive, parent, async () => 3_000_000);
    expect(weights.every((byte, i) => byte === weights[i])).toBe(true);
    expect(Buffer.compare(await readFile(join(parent, "weights/model.safetensors")), weights)).toBe(0);
  });
});

describe("an archive is refused, and nothing of it written, for", () => {
  const unsafe = "\n  expected: a relative path of plain names without . and ..";
  test.each([
    "../outside",
    "/etc/passwd",
    "weights/../../outside",
    "./manifest",
    "weights//a",
    "C:/windows",
    "weights\\..\\outside",
    "a\0b",
    "ｍodel",
    "",
  ])("the name %j", async (name) => {
    expect(await refusal([{ name, data: "x" }, manifest])).toEqual(refusedFor(name, "unsafe name", unsafe));
    await expect(access("/tmp/outside")).rejects.toThrow();
  });

  test.each([
    ["a link", 0o120777],
    ["a link nobody may read", 0o120000],
    ["a device", 0o060644],
    ["a pipe", 0o010644],
  ])("%s", async (_, mode) => {
    expect(await refusal([{ name: "weights", data: "/etc", mode }, manifest])).toEqual(
      refusedFor("weights", "a link or a device, not a file"),
    );
  });

  test("names that are one file on some systems", async () => {
    expect(await refusal([{ name: "README.md" }, { name: "Readme.md" }, manifest])).toEqual(
      refusedFor("Readme.md", 'the same file as "README.md" on some systems'),
    );
  });

  test("a name that is there twice", async () => {
    expect(await refusal([manifest, manifest])).toEqual(
      refused("artifact error: archive: ambiguous archive: duplicate filename\n  at:       model.zip"),
    );
  });

  test("a file where another lies in a folder", async () => {
    expect(await refusal([{ name: "programs" }, { name: "programs/a" }, manifest])).toEqual(
      refusedFor("programs/a", 'lies in "programs", which is a file'),
    );
  });

  test("encryption, and packing that is not read", async () => {
    expect(await refusal([{ name: "a", data: "x", flags: 0x0801 }, manifest])).toEqual(
      refusedFor("a", "encrypted"),
    );
    expect(await refusal([{ name: "a", data: "x", method: 12 }, manifest])).toEqual(
      refusedFor(
        "a",
        "packed in a way that is not read",
        "\n  expected: stored or deflated\n  got:      method 12",
      ),
    );
  });

  test("too many entries, too large ones, too much together", async () => {
    const three = [manifest, { name: "a", data: "1234" }, { name: "b", data: "1234" }];
    expect(await refusal(three, { entries: 2 })).toEqual(
      refused("artifact error: archive: too many entries\n  expected: at most 2\n  at:       model.zip"),
    );
    expect(await refusal(three, { totalBytes: 9 })).toEqual(
      refused(
        "artifact error: archive: too large unpacked\n  expected: at most 9 bytes\n  got:      10 bytes\n  at:       model.zip",
      ),
    );
    expect(await refusal(three.slice(0, 2), { fileBytes: 3 })).toEqual(
      refusedFor("a", "too large unpacked", "\n  expected: at most 3 bytes\n  got:      4 bytes"),
    );
  });

  test("a list of entries that is far too long, without going through it", async () => {
    const many = Array.from({ length: 11_000 }, (_, i) => ({ name: `f${i}` }));
    expect(await refusal([manifest, ...many])).toEqual(
      refused("artifact error: archive: too many entries\n  expected: at most 10000\n  at:       model.zip"),
    );
  });

  test("a list of entries that is said to be longer than memory, which is not read", {
    timeout: 5_000,
  }, async () => {
    const parent = await temporaryFolder();
    const archive = join(parent, "model.zip");
    const size = 2 ** 31;
    const end = handmadeArchive([]);
    end.writeUInt16LE(1, 8);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(size, 12);
    await writeFile(archive, "");
    await truncate(archive, size);
    await appendFile(archive, end);
    const text = await unpackArtifact(archive, join(parent, "out"), async () => 0).catch(String);
    expect(text).toContain(`artifact error: archive: its list of entries is too long: ${size} bytes`);
  });

  test("a bomb: much from little", async () => {
    const bomb = { name: "a", data: Buffer.alloc(4_000_000), deflated: true };
    expect(await refusal([manifest, bomb])).toEqual(
      refusedFor(
        "a",
        "unpacks to suspiciously much",
        "\n  expected: at most 100 bytes for each packed one\n  got:      4000000 bytes from 3892",
      ),
    );
  });

  test("more than its manifest lists, which is all that is written then", async () => {
    const content = handmadeArchive([
      { name: "a", data: "x".repeat(60) },
      manifest,
      { name: "b", data: "x".repeat(60) },
    ]);
    const { files, failure } = await unpack(content, { unlistedBytes: 19 }, 100);
    expect({ files, failure }).toEqual({
      files: ["manifest.json"],
      failure: [
        "artifact error: archive: holds more than its manifest lists",
        "  expected: 100 bytes, and at most 19 of files that are not listed",
        "  got:      120 bytes",
        "  at:       model.zip",
      ].join("\n"),
    });
    expect((await unpack(content, { unlistedBytes: 20 }, 100)).files).toEqual(["a", "b", "manifest.json"]);
  });

  test("a manifest that is longer than any, before it is unpacked", async () => {
    const long = { name: "manifest.json", data: "{}".padEnd(2 ** 24 + 1) };
    expect(await refusal([long])).toEqual(
      refusedFor(
        "manifest.json",
        "too large unpacked",
        "\n  expected: at most 16777216 bytes\n  got:      16777217 bytes",
      ),
    );
  });

  test("no manifest, or one in a folder of the archive", async () => {
    expect(await refusal([{ name: "a" }])).toEqual(
      refused("artifact error: manifest.json: missing\n  at:       model.zip"),
    );
    expect(await refusal([{ name: "kjv/manifest.json" }])).toEqual(
      refused(
        "artifact error: manifest.json: missing\n  at:       model.zip\n  hint:     it lies in kjv/: pack the content of the folder, not the folder",
      ),
    );
  });

  test("several reasons, all told at once", async () => {
    const { failure } = await refusal([
      { name: "../a" },
      { name: "b", mode: 0o120777 },
      { name: "c", method: 99 },
    ]);
    expect(failure).toBe(
      [
        "artifact error: 4 problems in model.zip",
        "                 problem                           expected                                         got",
        '  "../a"         unsafe name                       a relative path of plain names without . and ..',
        '  "b"            a link or a device, not a file',
        '  "c"            packed in a way that is not read  stored or deflated                               method 99',
        "  manifest.json  missing",
      ].join("\n"),
    );
  });
});

test("what the file system says while it is unpacked is told of the folder, not of the archive", async () => {
  const parent = await temporaryFolder();
  const archive = join(parent, "model.zip");
  await writeFile(archive, handmadeArchive([manifest]));
  const unpackInto = (from: string, folder: string) =>
    unpackArtifact(from, folder, async () => 0).catch(({ message, exitCode }) => ({
      text: String(message).replaceAll(parent, "PARENT"),
      exitCode,
    }));
  const hint =
    "  hint:     set STABLEGRIFFIN_CACHE to a folder with room that can be written, or unpack it yourself and give the folder";
  expect(await unpackInto(archive, archive)).toEqual({
    text: [
      "environment error: cannot unpack PARENT/model.zip into PARENT/model.zip",
      "  EEXIST: file already exists, mkdir 'PARENT/model.zip'",
      hint,
    ].join("\n"),
    exitCode: 3,
  });
  expect(await unpackInto(join(parent, "none.zip"), parent)).toMatchObject({
    text: expect.stringContaining("cannot unpack PARENT/none.zip into PARENT\n  ENOENT: no such file"),
  });
});

describe("an archive that lies is refused", () => {
  test("about the content: the checksum", async () => {
    const { failure } = await refusal([manifest, { name: "a", data: "1234", checksum: 5 }]);
    expect(failure).toMatch(/^artifact error: "a": invalid (?:CRC-?32|signature|checksum)/i);
  });

  test.each([
    ["more", 2],
    ["less", 9],
  ])("about the size: there is %s", async (_, bytes) => {
    const { failure } = await refusal([manifest, { name: "a", data: "x".repeat(5), deflated: true, bytes }]);
    expect(failure).toMatch(/^artifact error: "a": /);
  });

  test("about two entries that are the same bytes", async () => {
    const content = handmadeArchive([manifest, { name: "a", data: "12" }, { name: "b", data: "12" }]);
    // The second entry's place becomes the first's: names of one length, equal data.
    const first = content.indexOf("PK\x03\x04", 4, "latin1");
    const last = content.lastIndexOf("PK\x01\x02", undefined, "latin1");
    content.writeUInt32LE(first, last + 42);
    const { failure } = await unpack(content);
    expect(failure).toMatch(/^artifact error: "b": (?:overlapping entry|ambiguous archive)/i);
  });

  test("cut at any point, or followed by more", async () => {
    const content = handmadeArchive([{ name: "a", data: "1234" }, manifest]);
    for (let length = 0; length < content.length; length++) {
      const { failure } = await unpack(content.subarray(0, length));
      expect([length, failure?.split(":")[0]]).toEqual([length, "artifact error"]);
    }
    const { failure } = await unpack(Buffer.concat([content, Buffer.from("more")]));
    expect(failure).toMatch(/^artifact error: archive: /);
  });
});
