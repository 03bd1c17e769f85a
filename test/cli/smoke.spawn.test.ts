import { expect, test } from "vitest";
import { spawnGriffin } from "./griffin.js";
import { expectToRun, firstCommands, smokeRuns } from "./smoke.js";

const first = smokeRuns.filter(([command]) => firstCommands.includes(command));

test.each(first)("the built command runs: griffin %s", (...run) => expectToRun(run));

test("every command that --help lists has such a run", async () => {
  const { stdout } = await spawnGriffin(["--help"]);
  const listed = [...stdout.matchAll(/^ {2}([a-z]+)(?: |$)/gm)].map(([, name]) => name!);
  expect(listed.filter((name) => name !== "help").sort()).toEqual(smokeRuns.map(([name]) => name).sort());
});
