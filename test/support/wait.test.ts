import { expect, test } from "vitest";
import { remember } from "../../src/support/remember.js";
import { AbortedError, waitFor, waitLeft } from "../../src/support/wait.js";

const never = () => new Promise<string>(() => undefined);

test("work that is not given up gives its result", async () => {
  expect(await waitFor("compile", {}, async () => "done")).toBe("done");
  expect(await waitFor("compile", { timeoutMs: 10_000 }, async () => "done")).toBe("done");
});

test("a time limit ends the wait, and says what was waited for", async () => {
  const failure = await waitFor("compile", { timeoutMs: 5 }, never).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AbortedError);
  expect(failure).toMatchObject({ code: "ABORT_ERR", kind: "aborted" });
  expect(String(failure)).toBe(
    [
      "AbortedError: aborted: compile did not end in 5 ms",
      "  hint:     the plugin cannot be stopped: it goes on, and what it makes is freed when it comes",
    ].join("\n"),
  );
});

test.each([2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY])(
  "a time limit that is longer than timers take ends nothing: %d ms",
  async (timeoutMs) => {
    const slow = () => new Promise<string>((resolve) => setTimeout(() => resolve("done"), 20));
    expect(await waitFor("compile", { timeoutMs }, slow)).toBe("done");
  },
);

test("a signal ends the wait; what comes later is released", async () => {
  const controller = new AbortController();
  const released: string[] = [];
  let finish: (result: string) => void = () => undefined;
  const work = () => new Promise<string>((resolve) => (finish = resolve));
  const waiting = waitFor("compile", { signal: controller.signal }, work, (late) => released.push(late));
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow(/^aborted: compile was aborted after \d+ ms/);
  await expect(waiting).rejects.toMatchObject({ details: { cause: { message: "enough" } } });
  finish("late");
  await new Promise((resolve) => setImmediate(resolve));
  expect(released).toEqual(["late"]);
});

test("with a signal that is aborted already, work does not begin", async () => {
  let began = false;
  const work = async () => {
    began = true;
  };
  await expect(waitFor("compile", { signal: AbortSignal.abort() }, work)).rejects.toBeInstanceOf(
    AbortedError,
  );
  expect(began).toBe(false);
});

test("work is done once for a key; a failure is forgotten", async () => {
  const known = new Map<string, Promise<number>>();
  let calls = 0;
  const failing = () => remember(known, "a", async () => Promise.reject(new Error(`failure ${++calls}`)));
  const [first, same] = [failing(), failing()];
  await expect(first).rejects.toThrow("failure 1");
  await expect(same).rejects.toThrow("failure 1");
  await expect(failing()).rejects.toThrow("failure 2");
  expect(await remember(known, "a", async () => ++calls)).toBe(3);
  expect(await remember(known, "a", async () => ++calls)).toBe(3);
});

test("the next part of a wait has the time that is left, and none when there is none or the caller has given up", () => {
  const ago = (ms: number) => performance.now() - ms;
  expect(waitLeft("generate", ago(50), {})).toEqual({ signal: undefined, timeoutMs: undefined });
  const { timeoutMs } = waitLeft("generate", ago(50), { timeoutMs: 60_000 });
  expect(timeoutMs).toBeGreaterThan(0);
  expect(timeoutMs).toBeLessThan(59_951);
  expect(() => waitLeft("generate", ago(51), { timeoutMs: 50 })).toThrow(
    "aborted: generate did not end in 50 ms",
  );
  const signal = AbortSignal.abort();
  expect(() => waitLeft("generate", ago(50), { signal, timeoutMs: 60_000 })).toThrow(
    /^aborted: generate was aborted after \d+ ms/,
  );
});
