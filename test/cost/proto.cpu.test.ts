import { rmSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { moduleFromProto } from "../../src/cost/index.js";
import { findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { dumpedModule, requestWithDump, sorted } from "./dumped.js";

test("on a CPU, what the plugin hands out and what the compiler writes count the same", async () => {
  const plugin = await Plugin.load((await findPlugin("cpu", { install: true })).path);
  await using client = await plugin.createClient();
  const { folder, request } = requestWithDump("cpu");
  onTestFinished(() => rmSync(folder, { recursive: true }));
  using executable = await client.compile(request);
  const handedOut = sorted(moduleFromProto(executable.program.optimizedHlo()!));
  expect(handedOut).toEqual(sorted(dumpedModule(folder)));
  expect(handedOut.instructions.length).toBeGreaterThan(50);
  expect(handedOut.instructions.filter(({ times }) => times > 1).length).toBeGreaterThan(2);
  expect(handedOut.unknownLoops).toEqual([]);
  expect(handedOut.instructions.filter(({ cycles }) => cycles !== undefined)).toEqual([]);
});
