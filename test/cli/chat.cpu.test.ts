import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { griffin } from "./griffin.js";

const DEMO = ["chat", "--model", "golden/demo-kjv", "--max-new-tokens", "6"];

test("each line of a pipe is a turn, answers go to stdout, and commands do what they say", async () => {
  const folder = await mkdtemp(join(tmpdir(), "griffin-chat-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "kept.session");
  const input = [
    "In the\\",
    "beginning",
    "/tokens",
    `/save ${file}`,
    "/regenerate",
    "/reset",
    "/help",
    "",
  ].join("\n");
  const first = await griffin(DEMO, { input });
  expect([first.exitCode, first.stdout.split("\n").length >= 2]).toEqual([0, true]);
  expect(first.stderr).toMatch(/\d+ tokens read\n\d+ tokens saved in .*kept.session\n/);
  expect(first.stderr).toContain("/regenerate");
  const second = await griffin([...DEMO, "--session", file, "--json"], { input: "And\n" });
  expect(JSON.parse(second.stdout)).toMatchObject({
    turns: [{ role: "user", content: "In the\nbeginning" }, { role: "assistant" }, { content: "And" }, {}],
  });
});

test("where nobody types, what goes wrong ends it", async () => {
  const { exitCode, stderr } = await griffin(DEMO, { input: "/sve x\n" });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    [
      "usage error: there is no command /sve",
      "  expected: /reset, /regenerate, /save, /load, /tokens, /help, /exit",
      "  hint:     did you mean /save?",
    ].join("\n"),
  );
  const system = await griffin([...DEMO, "--system", "be kind"], { input: "" });
  expect([system.exitCode, system.stderr]).toEqual([2, expect.stringContaining("refuses these messages")]);
});
