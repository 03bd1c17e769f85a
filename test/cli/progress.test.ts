import pc from "picocolors";
import { expect, test, vi } from "vitest";
import { formatBytes, formatMs, Progress } from "../../src/cli/progress.js";

const colors = pc.createColors(false);

/** A stream that keeps what it is given. */
function recorder(isTTY: boolean, columns = 40) {
  const parts: string[] = [];
  return {
    isTTY,
    columns,
    parts,
    write: (text: string) => parts.push(text),
  };
}

test("in a log every phase is one line with its time", () => {
  const stream = recorder(false);
  using progress = new Progress({ stream, colors });
  progress.update("load weights", "1 of 2");
  progress.update("load weights", "2 of 2");
  progress.update("compile", "decode");
  progress.done();
  expect(stream.parts.map((line) => line.replace(/\(\d+ ms\)/, "(N ms)"))).toEqual([
    "✓ load weights 2 of 2 (N ms)\n",
    "✓ compile decode (N ms)\n",
  ]);
});

test("in a log a long phase is heard of every ten seconds", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const stream = recorder(false);
  using progress = new Progress({ stream, colors });
  progress.update("compile", "prefill");
  vi.advanceTimersByTime(25_000);
  vi.useRealTimers();
  expect(stream.parts).toEqual(["… compile prefill (10.1 s)\n", "… compile prefill (20.2 s)\n"]);
});

test("on a terminal one line moves, cut to the terminal's width, and goes away", () => {
  const stream = recorder(true);
  const progress = new Progress({ stream, colors });
  progress.update("fetching", "a name that is much longer than the line of the terminal");
  expect(stream.parts.at(-1)!.replace(/[⠀-⣿]/, "*")).toBe("\r\x1b[2K* fetching a name that is much longer t");
  progress[Symbol.dispose]();
  expect(stream.parts.at(-1)).toBe("\r\x1b[2K");
});

test("a terminal of width 0, as pseudo terminals have, is taken for one of the usual width", () => {
  const stream = recorder(true, 0);
  using progress = new Progress({ stream, colors });
  progress.update("load weights", "112 of 112 tensors");
  expect(stream.parts.at(-1)).toContain("load weights 112 of 112 tensors (0 ms)");
});

test("on a terminal the line is drawn ten times a second at most, however often its detail changes", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const stream = recorder(true);
  using progress = new Progress({ stream, colors });
  for (let i = 1; i <= 112; i++) progress.update("load weights", `${i} of 112`);
  expect(stream.parts.length).toBe(1);
  vi.advanceTimersByTime(100);
  vi.useRealTimers();
  expect(stream.parts.length).toBe(2);
  expect(stream.parts[1]).toContain("112 of 112");
});

test("a phase that should leave no line leaves none", () => {
  const stream = recorder(false);
  using progress = new Progress({ stream, colors, leavesLines: false });
  progress.update("check", "1 of 3");
  progress.done();
  expect(stream.parts).toEqual([]);
});

test("times and sizes are short", () => {
  expect([12.4, 3_210, 125_000].map(formatMs)).toEqual(["12 ms", "3.2 s", "2 min 5 s"]);
  expect([900, 5_200_000, 2_683_000_000].map(formatBytes)).toEqual(["0.9 kB", "5.2 MB", "2.68 GB"]);
});

test("names of others in titles and notes neither move the cursor nor begin a line", () => {
  const stream = recorder(false);
  using progress = new Progress({ stream, colors });
  progress.update("compile", "a\x1b[2K\nb");
  progress.note("stored for c\x9b2J\nsigned by d");
  expect(stream.parts.map((line) => line.replace(/\(\d+ ms\)/, "(N ms)"))).toEqual([
    "✓ compile a\\u{1b}[2K\\u{a}b (N ms)\n",
    "! stored for c\\u{9b}2J\\u{a}signed by d\n",
  ]);
});
