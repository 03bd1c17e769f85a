import { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import { main, root } from "./griffin.js";

/** A stream whose every write fails, and one that keeps what it is given. */
function streams(code: string) {
  const text: string[] = [];
  const stdout = new Writable({
    write: (_part, _encoding, done) => done(Object.assign(new Error(`${code}: no`), { code })),
  });
  const stderr = new Writable({
    write: (part, _encoding, done) => {
      text.push(String(part));
      done();
    },
  });
  return { stdout, stderr, text };
}

test.each([
  ["nobody reads the output", "EPIPE", { status: 0, stderr: "" }],
  [
    "the disk is full",
    "ENOSPC",
    { status: 3, stderr: "environment error: cannot write the output\n  ENOSPC: no\n" },
  ],
])("where %s (%s) the command ends with %j", async (_what, code, expected) => {
  for (const args of [["lower", "--preset", "tiny"], ["--help"]]) {
    const { stdout, stderr, text } = streams(code);
    const io = { stdout, stderr, stdin: Readable.from([]), env: {} };
    const status = await runCommandLine(args, io);
    expect({ status, stderr: text.join("") }).toEqual(expected);
  }
});

test("where nobody reads what is said on stderr the command goes on, and ends as it would", async () => {
  const run = async (args: readonly string[]) => {
    const { stdout: stderr, stderr: stdout, text } = streams("EPIPE");
    const status = await runCommandLine(args, { stdout, stderr, stdin: Readable.from([]), env: {} });
    return { status, stdout: text.join("") };
  };
  const said = ["lower", "--preset", "tiny", "--print-ir-after-all"];
  expect(await run(said)).toEqual({ status: 0, stdout: expect.stringMatching(/^module @[\s\S]*\n}\n$/) });
  expect(await run(["lower", "--preset", "none"])).toEqual({ status: 2, stdout: "" });
});

test("a command that was told to stop reads no further file", async () => {
  const { stderr, text } = streams("");
  const stdout = new Writable({ write: (_part, _encoding, done) => done() });
  const signal = AbortSignal.abort(new Error("enough"));
  const io = { stdout, stderr, stdin: Readable.from([]), env: {}, signal };
  expect(await runCommandLine(["opt", "no-such-file.mlir"], io)).toBe(1);
  expect(text.join("")).toBe("error: enough\n  hint:     --verbose shows where it comes from\n");
});

test("the command itself ends in words on a full device, and without a word in a pipe that is closed", async () => {
  const bash = async (script: string) => {
    const command = [process.execPath, main, "lower", "--preset", "tiny"];
    const { stdout, stderr } = await execa("bash", ["-c", script, ...command], {
      cwd: root,
    });
    return { stdout, stderr };
  };
  expect(await bash('"$0" "$@" > /dev/full; echo "exit code $?"')).toEqual({
    stdout: "exit code 3",
    stderr: "environment error: cannot write the output\n  ENOSPC: no space left on device, write",
  });
  expect(await bash('set -o pipefail; "$0" "$@" | head -c 6; echo -e "\\nexit code $?"')).toEqual({
    stdout: "module\nexit code 0",
    stderr: "",
  });
});

test("what -o names is written to at once: a pipe, the command's own output, a file behind a link that is not left half written", async () => {
  const script = [
    'cd "$(mktemp -d)"',
    'griffin() { "$NODE" "$MAIN" lower --preset tiny "$@"; }',
    "mkfifo pipe",
    "head -c 6 < pipe & griffin -o pipe; wait; echo",
    "(echo before; griffin -o /dev/stdout; echo after) >> all; sed -n '1p;2s/ .*//p;$p' all",
    "echo old > real; ln -s real link",
    "(ulimit -f 1; trap '' XFSZ; griffin -o link); echo \"exit code $?, $(cat link)\"; ls -A",
    'griffin -o link; echo "exit code $?, $(readlink link), $(head -c 6 real)"',
  ].join("\n");
  const { stdout, stderr } = await execa("bash", ["-c", script], {
    cwd: root,
    env: { NODE: process.execPath, MAIN: main },
  });
  expect(stdout.split("\n")).toEqual([
    "module",
    "before",
    "module",
    "after",
    "exit code 3, old",
    "all",
    "link",
    "pipe",
    "real",
    "exit code 0, real, module",
  ]);
  expect(stderr).toBe("environment error: cannot write link\n  EFBIG: file too large, write");
});
