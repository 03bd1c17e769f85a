/** The tutorial (docs/tutorial.md) from the first file that it writes on, step by step in one folder: trained, continued, exported, served. */
import type { AddressInfo } from "node:net";
// Loaded here, outside of any limit of time; the examples import it within one.
import "../../src/index.js";
import { expect, onTestFinished, test, vi } from "vitest";
import { useFolder } from "./folder.js";
import { printed } from "./printed.js";

useFolder();

test("export-cell.js: the artifact of the cell gives the numbers that the cell gives", async () => {
  const lines = await printed(() => import("../../examples/tutorial/export-cell.js"));
  const numbers = "0.6724 0.9890 0.1192 -0.5502 0.7519 0.3096 2.1364 -1.9193 0.3224 1.9364 0.2903 -4.1678";
  expect(lines.slice(-2)).toEqual([numbers, `again ${numbers}`]);
});

test("train.js: the loss falls", async () => {
  const told = await printed(() => import("../../examples/tutorial/train.js"));
  expect(told.map((line) => line.split(" ")[0])).toEqual(["20", "40", "60"]);
  const losses = told.map((line) => Number(line.split(" ")[1]));
  expect(losses[0]!).toBeGreaterThan(losses[2]!);
  expect(losses[2]!).toBeLessThan(0.3);
});

test("generate.js: the rhyme goes on", async () => {
  expect(await printed(() => import("../../examples/tutorial/generate.js"))).toEqual([
    " knock at the door. Five, six, pick up sticks. O",
  ]);
});

test("export.js, then serve.js: the artifact continues what a request says, and takes no others", async () => {
  const [files] = await printed(() => import("../../examples/tutorial/export.js"));
  expect(files).toMatch(/^\d+ files$/);
  vi.stubEnv("PORT", "0");
  onTestFinished(() => void vi.unstubAllEnvs());
  const lines = await printed(async () => {
    const { stop } = await import("../../examples/tutorial/serve.js");
    onTestFinished(() => void stop());
  });
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  const [listening] = lines;
  const { port } = JSON.parse(listening!.replace("listening: ", "")) as AddressInfo;
  const asked = async (body: string) => {
    const response = await fetch(`http://localhost:${port}`, { method: "POST", body });
    return [response.status, await response.text()];
  };
  expect(await asked("Three, four,")).toEqual([200, " knock at the door. Five, six, pick up sticks. O\n"]);
  const [status, told] = await asked("Three, \u03A9");
  expect([status, told]).toEqual([
    400,
    expect.stringContaining('"\u03A9" (U+03A9), character 8, in "Three, \u03A9"'),
  ]);
  const refused = await fetch(`http://localhost:${port}`);
  expect([refused.status, await refused.text()]).toEqual([405, "POST a text\n"]);
});
