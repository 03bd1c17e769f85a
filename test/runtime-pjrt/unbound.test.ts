import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FUNCTIONS } from "../../src/runtime-pjrt/abi/index.js";
import { UNBOUND } from "../../src/runtime-pjrt/abi/unbound.js";

const root = new URL("../../src/runtime-pjrt", import.meta.url).pathname;

/** All C names that occur as text in the runtime's own files. */
function mentioned(): ReadonlySet<string> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/^(abi|conform|proto)\//.test(name),
  );
  const names = files.flatMap((name) => readFileSync(join(root, name), "utf8").match(/"PJRT_\w+"/g) ?? []);
  return new Set(names.map((name) => name.slice(1, -1)));
}

test("every function of the API is either called or listed with the reason why not: 98 and 40", () => {
  const called = mentioned();
  const functions = Object.keys(FUNCTIONS);
  const bound = functions.filter((name) => called.has(name));
  expect(functions.filter((name) => !called.has(name)).sort()).toEqual(Object.keys(UNBOUND).sort());
  expect([bound.length, Object.keys(UNBOUND).length]).toEqual([98, 40]);
});

test("only ffi.ts knows the foreign function interface", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  expect(files.filter((name) => /from "koffi"/.test(readFileSync(join(root, name), "utf8")))).toEqual([
    "ffi.ts",
  ]);
});
