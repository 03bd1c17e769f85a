import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { openLines } from "../../src/cli/chat/lines.js";
import { griffin } from "./griffin.js";

test("a program in Latin-1 on standard input is an error, not another program", async () => {
  expect(await griffin(["opt", "-"], { input: Buffer.from('module @"caf\xe9" {}', "latin1") })).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "usage error: <stdin> is not UTF-8\n  expected: text in UTF-8\n  got:      byte 0xe9 at offset 12\n" +
      "  hint:     iconv -f LATIN1 -t UTF-8 converts Latin-1, iconv -l lists others",
  });
});

test("so is a prompt", async () => {
  const { exitCode, stderr } = await griffin(["generate", "--model", "demo", "-"], {
    input: Buffer.of(0x41, 0xff),
  });
  expect([exitCode, stderr.split("\n")[0]]).toEqual([2, "usage error: <stdin> is not UTF-8"]);
});

/** A stream that never ends, and what was taken of it, bytes. */
function endless(part: Uint8Array): {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly taken: () => number;
} {
  let taken = 0;
  async function* parts() {
    for (;;) {
      taken += part.length;
      yield part;
    }
  }
  return { stdin: parts(), taken: () => taken };
}

const MIB = 2 ** 20;

test.each([
  ["text", ["opt", "-"], 0x20, 2 ** 29 - 24],
  ["text to run", ["run", "-"], 0x20, 2 ** 29 - 24],
  ["bytes", ["cost", "-"], 0, 2 ** 31 - 1],
  ["a prompt", ["generate", "--model", "demo", "-"], 0x61, 2 ** 26],
])("%s without an end is read to its bound, and no further", async (_, args, byte, longest) => {
  const { stdin, taken } = endless(Buffer.alloc(MIB, byte));
  const { exitCode, stdout, stderr } = await griffin(args, { stdin });
  const complaint = `usage error: <stdin> is too long\n  expected: at most ${longest} bytes`;
  expect([exitCode, stdout, stderr]).toEqual([2, "", complaint]);
  expect(taken()).toBeLessThanOrEqual(longest + MIB);
});

test("a device in a file's place is no program without an end", async () => {
  const { exitCode, stderr } = await griffin([
    "eval",
    "--model",
    "demo",
    "--data",
    "x",
    "--preamble",
    "/dev/zero",
  ]);
  const complaint = "usage error: /dev/zero is too long\n  expected: at most 67108864 bytes";
  expect([exitCode, stderr]).toEqual([2, complaint]);
});

test("a command that waits for a program is stopped by its caller, and lets go of the stream", async () => {
  const stdin = new Readable({ read: () => undefined });
  const controller = new AbortController();
  const outcome = griffin(["opt", "-"], { stdin, signal: controller.signal });
  setTimeout(() => controller.abort(), 10);
  const { exitCode, stderr } = await outcome;
  expect([exitCode, stderr.replace(/\d+ ms/, "N ms")]).toEqual([
    1,
    "aborted: reading <stdin> was aborted after N ms\n  hint:     nothing was done",
  ]);
  expect(stdin.destroyed).toBe(true);
});

const piped = (parts: readonly Buffer[]) =>
  openLines({ stdin: Readable.from(parts), stdout: process.stdout });

test("lines of a pipe are cut at their ends, whatever pieces they come in; the last needs none", async () => {
  const bytes = Buffer.from("über\r\nzwei\n\nletzte");
  for (const size of [1, 3, 100]) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    using lines = piped(parts);
    const got: (string | undefined)[] = [];
    for (let i = 0; i < 5; i++) got.push(await lines.next());
    expect(got).toEqual(["über", "zwei", "", "letzte", undefined]);
  }
});

test("a line of a pipe that is no UTF-8 is told by its number", async () => {
  using lines = piped([Buffer.from("one\n"), Buffer.of(0x80, 0x0a)]);
  expect(await lines.next()).toBe("one");
  await expect(lines.next()).rejects.toThrow(
    "usage error: line 2 of <stdin> is not UTF-8\n  expected: text in UTF-8\n  got:      byte 0x80 at offset 0",
  );
});
