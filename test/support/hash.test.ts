import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { READ_BYTES, sha256, sha256OfFile } from "../../src/support/hash.js";

// FIPS 180-4's own examples.
test.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
])("the SHA-256 of %j, as text and as bytes, is %s", (text, hash) => {
  expect([sha256(text), sha256(Buffer.from(text))]).toEqual([hash, hash]);
});

test.each([0, 1, READ_BYTES, 2 * READ_BYTES + 1])(
  "of a file of %d bytes it is that of its content, and all of them are reported",
  async (size) => {
    const folder = await mkdtemp(join(tmpdir(), "griffin-hash-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const content = Buffer.alloc(size, "0123456");
    await writeFile(join(folder, "file"), content);
    let read = 0;
    const hash = await sha256OfFile(join(folder, "file"), (bytes) => {
      read += bytes;
    });
    expect([hash, read]).toEqual([sha256(content), size]);
  },
);

test("a file that is not there is an error", async () => {
  await expect(sha256OfFile("/nowhere/at/all")).rejects.toThrow("ENOENT");
});
