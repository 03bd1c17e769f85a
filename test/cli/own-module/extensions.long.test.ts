import { join } from "node:path";
import { expect, test } from "vitest";
import { entryNames } from "../../../src/cli/modules/running-package.js";
import packageJson from "../../../package.json" with { type: "json" };
import { griffin, griffinJson } from "../griffin.js";
import { MLP, modules } from "./files.js";

const PASS = `import { walk, type Operation } from "stablegriffin/ir";
import { definePass } from "stablegriffin/passes";
export const countAdds = definePass({
  name: "count-adds",
  summary: "Counts additions.",
  example: { before: "module {\\n}", after: "module {\\n}" },
  run(module: Operation, context) {
    for (const { name } of walk(module)) if (name === "stablehlo.add") context.count("additions");
  },
});
`;

/** Griffin's own definition under names of its own. */
const MODEL = `import { griffin } from "stablegriffin/models";
const { tiny } = griffin.presets;
export const mine = { ...griffin, name: "mine", modelTypes: ["mine"], presets: { petite: { ...tiny, name: "mine" } } };
export const configured = mine.presets.petite;
`;

const TEXT = `func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = stablehlo.add %x, %x : tensor<2xf32>
  return %y : tensor<2xf32>
}`;

test("modules are given every entry of the package", () => {
  const names = Object.keys(packageJson.exports).map((name) => name.replace(".", packageJson.name));
  expect([...entryNames].sort()).toEqual(names.sort());
});

test("opt --load knows the passes of a module", async () => {
  const folder = await modules({ "pass.ts": PASS });
  const args = [
    "opt",
    "-",
    "--load",
    join(folder, "pass.ts"),
    "--pass-pipeline",
    "count-adds",
    "--time-passes",
  ];
  const { exitCode, stderr } = await griffin(args, { input: TEXT });
  expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/count-adds .* additions: 1\n/)]);
});

test("an extension counts once, with what stands beside it", async () => {
  const folder = await modules({
    "mine.ts": `${PASS}import { defineExtension } from "stablegriffin/extension";
export const other = definePass({ ...countAdds, name: "other", run() {} });
export const extension = defineExtension({ name: "mine", passes: [countAdds] });
`,
  });
  const listed = await griffin(["opt", "--list-passes", "--load", join(folder, "mine.ts")]);
  expect(listed.stderr).toBe("");
  expect(listed.stdout.match(/^(?:count-adds|other)$/gm)).toEqual(["count-adds", "other"]);
});

test("--load makes a model known to commands that take --preset; named by itself it is the only one", async () => {
  const folder = await modules({ "model.ts": MODEL });
  const file = join(folder, "model.ts");
  const decode = ["--program", "decode", "--json"];
  for (const args of [
    ["lower", "--load", file, "--preset", "petite"],
    ["lower", `${file}#mine`, "--preset", "petite"],
    ["lower", `${file}#mine`],
    ["lower", `${file}#configured`],
  ]) {
    expect(await griffinJson([...args, ...decode])).toMatchObject({ programs: [{ name: "griffin_decode" }] });
  }
  const { exitCode, stderr } = await griffin(["lower", `${file}#mine`, "--preset", "tiny"]);
  expect([exitCode, stderr.split("\n")]).toEqual([
    2,
    ["usage error: --preset is not valid", "  expected: petite", "  got:      tiny"],
  ]);
});

test("a module with nothing to load, and a program where a model is wanted", async () => {
  const folder = await modules({ "model.ts": MLP });
  const file = join(folder, "model.ts");
  const loaded = await griffin(["opt", "--list-passes", "--load", file]);
  expect([loaded.exitCode, loaded.stderr.replaceAll(folder, "DIR").split("\n")]).toEqual([
    2,
    [
      "usage error: DIR/model.ts exports nothing that a command could load",
      "  expected: an extension, or a dialect, a pass, a strategy, a stage, a target, a model",
      "  got:      mlp (a program)",
      "  hint:     programs and models are named by themselves: griffin lower ./my-model.ts#name",
    ],
  ]);
  const generated = await griffin(["generate", `${file}#mlp`, "--model", "demo", "--prompt", "x"]);
  expect([generated.exitCode, generated.stderr.replaceAll(folder, "DIR").split("\n")]).toEqual([
    2,
    [
      "usage error: DIR/model.ts#mlp is a program",
      "  expected: a model",
      "  hint:     griffin lower, run, cost, graph and export take programs",
    ],
  ]);
});
