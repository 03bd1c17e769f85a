import { test } from "vitest";
import { expectToRun, firstCommands, smokeRuns } from "./smoke.js";

const others = smokeRuns.filter(([command]) => !firstCommands.includes(command));

test.each(others)("the built command runs: griffin %s", (...run) => expectToRun(run));
