import { expect, test } from "vitest";
import { walk } from "../../../src/ir/operation.js";
import { builtInOps } from "../../../src/ir/ops/index.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { appendOperations } from "../../../tools/survival/appended.js";
import { randomNumbers } from "../../../tools/conformance/random-numbers.js";
import { programOf } from "../../../tools/survival/candidate.js";
import { randomPrograms } from "../../../tools/survival/programs.js";
import { seedTexts } from "../../../tools/survival/seeds.js";

test("every op that a plugin may be given is in a valid program that others are made from", () => {
  const covered = new Set<string>();
  for (const text of seedTexts()) {
    const module = parseModule(text);
    verifyModule(module);
    for (const { name } of walk(module)) covered.add(name);
  }
  const names = builtInOps.flatMap(({ ops }) => ops.map(({ name }) => name));
  // Functions as values are refused for every plugin.
  const isForNone = (name: string) =>
    /^(?:check|interpreter)\.|^func\.(?:constant|call_indirect)$/.test(name);
  const lacking = names.filter((name) => !covered.has(name) && !isForNone(name));
  expect(lacking).toEqual([]);
});

test("a seed gives the same program each time, without ops of models", () => {
  const texts = seedTexts();
  const faults: string[] = [];
  const make = () =>
    [...randomPrograms(texts, { count: 60 })].map(
      (candidate) => programOf(candidate, (_text, how) => faults.push(how))?.text,
    );
  const programs = make();
  expect(programs).toEqual(make());
  expect(faults).toEqual([]);
  expect(programs.filter((text) => text !== undefined).length).toBeGreaterThan(15);
  expect(programs.filter((text) => text !== undefined && /"?(?:nn|griffin)\./.test(text))).toEqual([]);
});

test("operations that are put behind those of a program leave it valid, and are of many kinds for packed elements too", () => {
  const names = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const module = parseModule(`func.func @main(%x: tensor<2x4xi2>) {
  %0 = stablehlo.add %x, %x : tensor<2x4xi2>
  return
}`);
    appendOperations(module, 4, randomNumbers(seed));
    verifyModule(module);
    for (const { name } of walk(module)) names.add(name);
  }
  expect(names).toContain("stablehlo.bitcast_convert");
  expect(names).toContain("stablehlo.while");
  expect(names.size).toBeGreaterThan(20);
});
