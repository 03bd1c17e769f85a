import { readdir, readFile, rm, stat } from "node:fs/promises";
import { afterAll, expect, test } from "vitest";
import { IsolatedPlugin, PluginDeathError, runProgram } from "../../../src/engine/index.js";
import { mainInterface } from "../../../src/engine/stablehlo-program.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { findPlugin } from "../../../src/runtime-pjrt/index.js";
import { ABORT, DOUBLE, EAT, HANG } from "./programs.js";

const { path } = await findPlugin("cpu", { install: true });
const unbound = new IsolatedPlugin(path);
afterAll(() => unbound.close());

const f32 = (...values: number[]) => ({
  elementType: "f32" as const,
  dimensions: [values.length],
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** What a program gives on an isolated plugin, below all rules. */
const execute = (isolated: IsolatedPlugin, program: string, signal?: AbortSignal) =>
  isolated.execute(
    { request: { program, signature: mainInterface(parseModule(program)) }, inputs: [] },
    { signal },
  );

/** How a program died; its file is removed after the test has read it. */
async function death(isolated: IsolatedPlugin, program: string) {
  const error = await execute(isolated, program).catch((reason: unknown) => reason);
  if (!(error instanceof PluginDeathError)) throw error;
  const file = error.program!;
  const saved = await readFile(file, "utf8");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await rm(file);
  return { error, text: error.message.replace(file, "FILE"), saved };
}

/** The isolated plugin still computes. */
async function doubles(isolated: IsolatedPlugin): Promise<void> {
  const results = await runProgram(isolated, parseModule(DOUBLE), new Map([["0", f32(1, 2, -3.5)]]));
  expect(results).toEqual([f32(2, 4, -7)]);
}

/** Numbers of the processes that a process has started, by any of its threads. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")),
  );
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number)).sort((a, b) => a - b);
}

test("a program runs in a process of its own as it does here", () => doubles(unbound));

test("a plugin that aborts: its last words, the program in a file, and the next program runs", async () => {
  const { error, text, saved } = await death(unbound, ABORT);
  expect(text).toMatch(
    /^plugin died: \S+ ended its process instead of giving a result\n {2}got: {6}signal SIGABRT\n {2}program: {2}FILE\n/,
  );
  expect(text).toMatch(/^ {2}F.*Check failed: .*tuple/m);
  expect({ reason: error.reason, exitCode: error.exitCode, saved }).toEqual({
    reason: "ended",
    exitCode: 1,
    saved: ABORT,
  });
  await doubles(unbound);
});

test("a program without an end is ended after its time", async () => {
  await using bounded = new IsolatedPlugin(path, { timeoutMs: 3000 });
  const { error, text } = await death(bounded, HANG);
  expect(error.reason).toBe("timeout");
  expect(text).toBe(
    [
      "plugin died: the program did not end in time",
      "  expected: an end within 3 s",
      "  got:      3 s and no end",
      "  program:  FILE",
      "  hint:     does a loop of it never end? allow it more time (--timeout, timeoutMs)",
    ].join("\n"),
  );
});

test("a program that takes more memory than it may is ended", async () => {
  await using bounded = new IsolatedPlugin(path, { memoryBytes: 2 ** 30 });
  const { error, text } = await death(bounded, EAT);
  expect(error.reason).toBe("memory");
  // How much it is by then depends on when it is looked at.
  expect(text).toMatch(
    /expected: at most 1\.00 GiB, the process with the plugin and all\n {2}got: {6}[1-9]\d?\.\d+ GiB/,
  );
});

test("an aborted signal ends the process, and nothing of it is left", async () => {
  const stop = new AbortController();
  await doubles(unbound);
  const running = execute(unbound, HANG, stop.signal);
  setTimeout(() => stop.abort(), 500);
  await expect(running).rejects.toThrow(
    /aborted: the program was aborted after \d+ ms\n.*its process was ended/,
  );
  await doubles(unbound);
});

test("a program that is given no time, or waits in vain for its turn, leaves the process to the others", async () => {
  await using plugin = new IsolatedPlugin(path);
  await plugin.facts();
  const before = await childrenOf(process.pid);
  await expect(plugin.facts({ timeoutMs: 0 })).rejects.toThrow(/^aborted: the program did not end in 0 ms/);
  await expect(execute(plugin, HANG, AbortSignal.abort())).rejects.toThrow(
    /^aborted: the program was aborted/,
  );
  await doubles(plugin);
  expect(await childrenOf(process.pid)).toEqual(before);
});

test("a time limit of the call ends the process, and a longer one than timers take does not", async () => {
  await using plugin = new IsolatedPlugin(path, { timeoutMs: 2 ** 40 });
  await plugin.facts({ timeoutMs: Number.POSITIVE_INFINITY });
  const request = { program: HANG, signature: mainInterface(parseModule(HANG)) };
  await expect(plugin.execute({ request, inputs: [] }, { timeoutMs: 1500 })).rejects.toThrow(
    /^aborted: the program did not end in 1500 ms\n.*its process was ended/,
  );
  await doubles(plugin);
});

test("closing ends the program that runs and those that wait, and no process starts again", async () => {
  const before = await childrenOf(process.pid);
  const plugin = new IsolatedPlugin(path);
  await plugin.facts();
  const calls = [execute(plugin, HANG), execute(plugin, HANG), plugin.facts()];
  const ends = Promise.allSettled(calls);
  await plugin.close();
  expect((await ends).map((end) => (end.status === "rejected" ? String(end.reason) : "an answer"))).toEqual(
    calls.map(() => expect.stringMatching(/^AbortedError: aborted: \S+ was closed before the call ended$/)),
  );
  expect(await childrenOf(process.pid)).toEqual(before);
  await doubles(plugin);
  await plugin.close();
});

test("a process that ended between two programs is replaced", async () => {
  await using plugin = new IsolatedPlugin(path);
  const before = await childrenOf(process.pid);
  await plugin.facts();
  const [started] = (await childrenOf(process.pid)).filter((pid) => !before.includes(pid));
  process.kill(started!, "SIGKILL");
  await expect.poll(() => childrenOf(process.pid)).toEqual(before);
  await doubles(plugin);
});

test("what a plugin says of a program has the same kind, text and exit code as in this process", async () => {
  const program = DOUBLE.replace("stablehlo.add", "stablehlo.bad");
  const { arguments: args, results } = mainInterface(parseModule(DOUBLE));
  const refused = unbound.execute({
    request: { program, signature: { arguments: args, results } },
    inputs: [f32(1, 2, 3)],
  });
  await expect(refused).rejects.toMatchObject({
    kind: expect.stringMatching(/^PJRT /),
    exitCode: 1,
    message: expect.stringContaining("stablehlo.bad"),
  });
});

test("programs asked for at once run one after the other, each with its own tensors", async () => {
  const all = await Promise.all(
    [1, 2, 3].map((x) => runProgram(unbound, parseModule(DOUBLE), new Map([["0", f32(x, x, x)]]))),
  );
  expect(all).toEqual([2, 4, 6].map((y) => [f32(y, y, y)]));
});
