import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLimited } from "../../src/support/read-limited.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-limited-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("reading a file of bounded length", () => {
  it.each([0, 1, 9, 10])("gives all of %d bytes where 10 may be", async (length) => {
    const path = join(folder, `${length}`);
    await writeFile(path, "x".repeat(length));
    expect(await readLimited(path, 10)).toEqual({ bytes: Buffer.from("x".repeat(length)) });
  });

  it("refuses a longer one by its size, unread", async () => {
    const path = join(folder, "long");
    await writeFile(path, "x".repeat(11));
    expect(await readLimited(path, 10)).toEqual({
      problem: "too large",
      expected: "at most 10 bytes",
      got: "11 bytes",
    });
  });

  it.runIf(process.platform === "linux")(
    "stops reading one that says it is empty and has no end",
    async () => {
      const path = join(folder, "endless");
      await symlink("/proc/self/pagemap", path);
      expect(await readLimited(path, 100_000)).toEqual({
        problem: "too large",
        expected: "at most 100000 bytes",
        got: "more",
      });
    },
  );

  it.runIf(process.platform === "linux")("reads all of one that says it is empty and is not", async () => {
    const found = await readLimited("/proc/self/status", 100_000);
    expect("bytes" in found && found.bytes.toString()).toMatch(/^Name:/);
  });
});
