/** @file Every command is ended by a signal while it is at work: within a second or so, with nothing left of what it had begun and no process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { CommandContext } from "../../src/cli/context.js";
import { ownModels } from "../../src/cli/models.js";
import { createProgram } from "../../src/cli/program.js";
import { QUICK_COMPILE } from "../../tools/support/xla-flags.js";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { main, root, temporaryFolder } from "./griffin.js";
import { LONG, wordsOf, writeInputs } from "./long-runs.js";

/** Ended by a signal so late, ms, beside others that work, is ended at once. */
const AT_ONCE_MS = 3000;

let artifact = "";
beforeAll(async () => {
  artifact = await demoArtifact({ withWeights: true, text: true, zip: true });
});

test("no command is missing here", () => {
  const context = new CommandContext({ ...process, stdin: process.stdin } as never, ownModels, []);
  const { program } = createProgram(context);
  expect(Object.keys(LONG).sort()).toEqual(program.commands.map((command) => command.name()).sort());
});

/** Comes back when a command has printed something like that, or so many ms are over; with what it printed. */
async function progressOf(child: ChildProcess, until: RegExp | number): Promise<() => string> {
  let printed = "";
  const seen = new Promise<void>((resolve) => {
    const hear = (part: Buffer) => {
      printed += part;
      if (until instanceof RegExp && until.test(printed)) resolve();
    };
    child.stdout!.on("data", hear);
    child.stderr!.on("data", hear);
    child.once("exit", resolve);
  });
  if (until instanceof RegExp) await seen;
  else await Promise.race([seen, sleep(until)]);
  return () => printed;
}

/** Whether any process of a group is there. */
function isThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

describe.each(["SIGINT", "SIGTERM"] as const)("%s ends", (signal) => {
  const runs = Object.values(LONG).flatMap((long) => long ?? []);

  test.each(runs.map((run) => [run.args, run] as const))(
    "griffin %s",
    async (_, { args, until, interrupted }) => {
      const folder = await temporaryFolder();
      const [temporary, cache, plugins] = [
        await temporaryFolder(),
        await temporaryFolder(),
        await temporaryFolder(),
      ];
      await writeInputs(folder);
      const before = await readdir(folder);
      const words = wordsOf(args, folder, artifact);
      const env = { ...process.env, XLA_FLAGS: QUICK_COMPILE, TMPDIR: temporary, STABLEGRIFFIN_CACHE: cache };
      const own = words[0] === "plugin" ? { STABLEGRIFFIN_PLUGINS: plugins } : {};
      const child = spawn(process.execPath, [main, ...words], {
        cwd: root,
        env: { ...env, ...own },
        detached: true,
      });
      // An answer, and no end of questions.
      child.stdin.write("Who art thou?\n");
      const printed = await progressOf(child, until);
      expect(child.exitCode, printed()).toBe(null);
      const start = performance.now();
      child.kill(signal);
      const ended = await once(child, "exit");
      const ms = performance.now() - start;
      const expected =
        signal === "SIGINT" && interrupted !== undefined ? [interrupted, null] : [null, signal];
      expect(ended, printed()).toEqual(expected);
      expect(ms).toBeLessThan(AT_ONCE_MS);
      // The kernel ends its children with it, each in a moment.
      for (let i = 0; i < 400 && isThere(child.pid!); i++) await sleep(50);
      expect(isThere(child.pid!)).toBe(false);
      const left = [folder, temporary, join(cache, "unpacked"), plugins].map((place) =>
        readdir(place, { recursive: true }).catch(() => []),
      );
      const [made, ...others] = await Promise.all(left);
      expect(others).toEqual([[], [], []]);
      const results = made!.filter((name) => !before.includes(name) && !name.startsWith("trained"));
      expect(results).toEqual([]);
    },
  );
});
