import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { BENCHMARKS } from "../../bench/catalogue.js";
import { AGAINST_REFERENCE, TURNS } from "../../bench/options.js";
import { root } from "../cli/griffin.js";

const folder = join(root, "bench");
const run = (...args: readonly string[]) =>
  execa("jiti", [join(folder, "main.ts"), ...args], { preferLocal: true, localDir: root, reject: false });

test("every benchmark has its folder, its README and its row in the table, and no folder is forgotten", () => {
  const folders = readdirSync(folder).filter((name) => existsSync(join(folder, name, "main.ts")));
  expect(folders.sort()).toEqual(Object.keys(BENCHMARKS).sort());
  expect(folders.filter((name) => !existsSync(join(folder, name, "README.md")))).toEqual([]);
  const rows = readFileSync(join(folder, "README.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ["));
  expect(rows).toEqual(
    Object.entries(BENCHMARKS).map(([name, { what }]) => `| [${name}](${name}/README.md) | ${what} |`),
  );
});

test("benchmarks are given only options that they have", () => {
  for (const [name, { takes }] of Object.entries(BENCHMARKS)) {
    const text = readFileSync(join(folder, name, "main.ts"), "utf8");
    const shared = Object.entries({ TURNS, AGAINST_REFERENCE })
      .filter(([group]) => text.includes(`    ...${group},\n`))
      .flatMap(([, options]) => Object.keys(options).map((option) => `${option}: { type:`));
    for (const option of Object.values(takes))
      expect(`${name}: ${shared.join()} ${text}`).toContain(`${option.slice(2)}: { type:`);
  }
});

test("without names the benchmarks are listed, and how to run them", async () => {
  const { stdout, exitCode } = await run();
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("benchmark  what it measures");
  expect(lines.slice(1, -2).map((line) => line.split(" ")[0])).toEqual(Object.keys(BENCHMARKS));
  expect(lines.at(-1)).toMatch(/^npm run bench -- all\|NAME/);
  expect(exitCode).toBe(0);
});

test("an unknown benchmark is refused with the nearest name", async () => {
  const { stderr, exitCode } = await run("modl");
  expect(stderr).toBe('usage error: there is no benchmark "modl"\n  hint:     did you mean model?');
  expect(exitCode).toBe(2);
});
