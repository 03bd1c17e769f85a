/** @file The crash tests, for one plugin: each scenario in a process of its own, which must survive. */
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { installPlugin } from "../../../src/runtime-pjrt/index.js";

const child = fileURLToPath(new URL("./child.ts", import.meta.url));

async function run(plugin: string, scenario: string) {
  const path = await installPlugin(plugin);
  return execa(process.execPath, ["--import", "jiti/register", child, path, scenario], {
    reject: false,
    timeout: 60_000,
  });
}

/** What the process printed; fails with its own words if it died. */
async function survives(plugin: string, scenario: string): Promise<unknown> {
  const { exitCode, signal, stdout, stderr } = await run(plugin, scenario);
  expect({ exitCode, signal, stderr }).toEqual({ exitCode: 0, signal: undefined, stderr: "" });
  return JSON.parse(stdout.split("\n").at(-1)!);
}

/** @param badBytes the plugin's first words about bytes that are no executable */
export function crashSuite(plugin: string, badBytes: RegExp): void {
  describe(`with ${plugin}, what would kill the process is an error`, () => {
    test("misused arguments and handles", async () => {
      expect(await survives(plugin, "mistakes")).toEqual({
        "unknown element type": "argument error: token is not an element type",
        "no device": "argument error: the target of a transfer is no device or memory of this client",
        "detached array": "argument error: the data of a tensor<4xf32> has the wrong size",
        "closed buffer": "handle closed: execute: argument 1 of a buffer that is closed",
        "ready of a closed buffer": "handle closed: ready of a buffer that is closed",
        "closed executable": "handle closed: execute of an executable that is closed",
        "program of a closed executable": "handle closed: serialize of an executable that is closed",
        "garbage to deserialize": expect.stringMatching(badBytes),
        "bad program": expect.stringMatching(/^PJRT (INVALID_ARGUMENT|UNKNOWN): /),
        "worker thread": "environment error: PJRT plugins can be used on the main thread only",
      });
    });

    test("60 nested ifs compile on a stack that is deep enough", async () => {
      expect(await survives(plugin, "60 nested ifs")).toBe(1);
    });

    test("more memory than there is: an error, and what comes after works", async () => {
      expect(await survives(plugin, "out of memory")).toEqual([
        "PJRT RESOURCE_EXHAUSTED: Out of memory allocating 35184372088832 bytes.",
        16,
      ]);
    });

    test("handles closed while the program runs: the results are right, nothing is lost", async () => {
      expect(await survives(plugin, "handles closed while the program runs")).toEqual([4 * 512 * 512, 1]);
    });

    test("the client closed while compiling and running: all of it settles, nothing stays alive", async () => {
      const result = await survives(plugin, "client closed while compiling and running");
      expect(result).toEqual({
        compiling: "no error",
        running: ["no error", "handle closed: execute of a client that is closed"],
        stats: 0,
      });
    });

    test("process.exit while compiling ends with the code that was asked for", async () => {
      expect(await run(plugin, "exit while compiling")).toMatchObject({ exitCode: 0 });
    });

    test("an uncaught error while a program runs ends with code 1", async () => {
      const { exitCode, stderr } = await run(plugin, "uncaught error while running");
      expect([exitCode, /on purpose/.test(stderr)]).toEqual([1, true]);
    });
  });
}
