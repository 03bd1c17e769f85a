import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import { ABORT, DOUBLE, HANG } from "../engine/isolated/programs.js";
import { griffin, main, temporaryFolder } from "./griffin.js";

async function fileOf(program: string): Promise<string> {
  const file = join(await temporaryFolder(), "program.mlir");
  await writeFile(file, program);
  return file;
}

test("run --timeout says that the program did not end, and where it lies", async () => {
  const { exitCode, stdout, stderr } = await griffin(["run", await fileOf(HANG), "--timeout", "2"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("plugin died: the program did not end in time\n  expected: an end within 2 s\n");
  const [, saved] = /^ {2}program: {2}(\S+)$/m.exec(stderr)!;
  expect(await readFile(saved!, "utf8")).toContain("stablehlo.while");
  await rm(saved!);
});

test("run --self-check goes on after a program that ended its process", async () => {
  const good = `func.func @good() {
  %0 = stablehlo.constant dense<[3, -4]> : tensor<2xi64>
  %1 = stablehlo.abs %0 : tensor<2xi64>
  check.expect_eq_const %1, dense<[3, 4]> : tensor<2xi64>
  func.return
}
`;
  const bad = ABORT.replace("return %1", "check.expect_eq_const %1, dense<1.0> : tensor<4xf32>\n  return %1");
  const file = await fileOf(`${good}// -----\n${bad}// -----\n${good}`);
  const { exitCode, stdout } = await griffin(["run", "--self-check", "--allow-custom-call", "TopK", file]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^failed \S+:8\n {2}plugin died: .*\n {4}got: {6}signal SIGABRT\n/);
  expect(stdout).toMatch(/\n2 passed, 1 failed$/);
  await rm(/^ *program: +(\S+)$/m.exec(stdout)![1]!);
});

test("run --self-check that is told to stop says so, and counts no program as failed", async () => {
  const check = "check.expect_eq_const %1, dense<0> : tensor<i32>\n  return %1";
  const file = await fileOf(HANG.replace("return %1", check));
  const stop = new AbortController();
  const text = { out: "", err: "" };
  const stream = (name: "out" | "err") =>
    new Writable({
      write: (part, _encoding, done) => {
        text[name] += String(part);
        done();
      },
    });
  const io = { stdout: stream("out"), stderr: stream("err"), stdin: Readable.from([]), env: process.env };
  setTimeout(() => stop.abort(), 3000);
  const status = await runCommandLine(["run", "--self-check", file], { ...io, signal: stop.signal });
  expect({ status, out: text.out }).toEqual({ status: 1, out: "" });
  expect(text.err).toMatch(/^aborted: (loading the plugin|the program) was aborted after \d+ ms$/m);
});

/** Numbers of the processes that a process has started. */
const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).split(" ").filter(Boolean).map(Number);

/** Waits until something is so. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test.each(["SIGINT", "SIGKILL"] as const)(
  "%s for griffin run ends the program's process, too",
  async (signal) => {
    const running = execa(process.execPath, [main, "run", await fileOf(HANG)], { reject: false });
    const child = await until(async () => (await childrenOf(running.pid!))[0]);
    // Until the program itself runs.
    await until(async () => {
      const libraries = await readFile(`/proc/${child}/maps`, "utf8");
      return libraries.includes("pjrt") || undefined;
    });
    running.kill(signal);
    expect(await running).toMatchObject({ signal, stdout: "" });
    await until(
      async () => (await readFile(`/proc/${child}/stat`).catch(() => undefined)) === undefined || undefined,
    );
  },
);

test("run --in-process has no process of its own, and gives the same", async () => {
  const file = await fileOf(
    DOUBLE.replace("%x: tensor<3xf32>", "").replace(
      "%y =",
      "%x = stablehlo.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>\n  %y =",
    ),
  );
  const [here, apart] = [
    await griffin(["run", file, "--json", "--in-process"]),
    await griffin(["run", file, "--json"]),
  ];
  expect(here).toEqual(apart);
  expect(JSON.parse(here.stdout)).toEqual({ results: [{ type: "tensor<3xf32>", values: [2, 4, 6] }] });
});

test.each([
  [["--memory", "much"], "a size above 0: bytes, or a number with KiB, MiB, GiB, TiB"],
  [["--memory", "0"], "a size above 0: bytes, or a number with KiB, MiB, GiB, TiB"],
  [["--timeout", "0"], "a number above 0"],
])("run %j is refused", async (flags, expected) => {
  const { exitCode, stderr } = await griffin(["run", "no.mlir", ...flags]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `usage error: ${flags[0]} is not valid\n  expected: ${expected}\n  got:      ${flags[1]}`,
  );
});
