import type { Command } from "commander";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { CommandContext } from "../../src/cli/context.js";
import { ownModels } from "../../src/cli/models.js";
import { createProgram } from "../../src/cli/program.js";
import { griffin } from "./griffin.js";

const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);

test("every command that waits or computes takes --timeout, in seconds", () => {
  const context = new CommandContext({ ...process, stdin: process.stdin } as never, ownModels, []);
  const without = leavesOf(createProgram(context).program).filter(
    ({ options }) => !options.some(({ flags }) => flags === "--timeout <seconds>"),
  );
  expect(without.map((command) => command.name())).toEqual(["completion", "version"]);
});

const endless = () => new Readable({ read: () => undefined });

test.each([
  [["opt", "-"], "griffin opt"],
  [["export", "-", "-o", "out"], "griffin export"],
])("griffin %s ends when its time is over", async (args, name) => {
  const outcome = await griffin([...args, "--timeout", "0.1"], { stdin: endless() });
  expect(outcome).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `aborted: ${name} did not end in 0.1 s\n  hint:     --timeout allows more`,
  });
});

test("a command that ends before is none the wiser, and an error of its own stays", async () => {
  const input = "func.func @main() {\n  return\n}";
  const stdout = await griffin(["opt", "-"], { input });
  expect(await griffin(["opt", "-", "--timeout", "60"], { input })).toEqual(stdout);
  expect(await griffin(["opt", "-", "--timeout", "60"], { input: "func" })).toEqual(
    await griffin(["opt", "-"], { input: "func" }),
  );
});

test.each(["0", "-1", "NaN", "x", ""])("--timeout %j is no time", async (text) => {
  expect(await griffin(["opt", "-", `--timeout=${text}`])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `usage error: --timeout is not valid\n  expected: a number${text === "0" || text === "-1" ? " above 0" : ""}\n  got:      ${text}`,
  });
});
