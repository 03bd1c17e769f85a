/** @file Commands that documents and help show, run in order, each page's in a folder of its own: what a reader would get, and none of it an error. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine, leaves } from "../../tools/docs/command-line.js";
import { blocksOf } from "../../tools/docs/examples.js";
import { root, temporaryFolder } from "../cli/griffin.js";
import { MADE_BEFORE, writeExampleFiles } from "./example-files.js";
import { commandsOf, runLine } from "./shell.js";

/** Documents with commands but the tutorial, which is followed word by word elsewhere (test/examples, tools/package). */
const DOCUMENTS = ["README.md", "docs/artifacts.md", "docs/training.md"];

/** What needs more than the demo model and the CPU plugin, and is of the tier tpu, or asks a network. */
const NEEDS_MORE = [
  /^griffin cost (?!module_)/,
  /^griffin graph .*--(?:costs|heat)/,
  /^griffin export .*--target tpu\S* --compile/,
  /^griffin conform --plugin tpu/,
  /^griffin plugin install tpu/,
];

/** A file that one page speaks of twice: a text of StableHLO takes tensors by their numbers, a module by their names. */
const NUMBERED: readonly [RegExp, string] = [
  /^(griffin run program\.mlir .*?)in\.safetensors/,
  "$1numbered.safetensors",
];

/** The same on less: steps and tokens that take minutes are cut short, so that a few are run. */
const LESS: readonly (readonly [RegExp, string])[] = [
  // The same programs of another size: those of 26 layers take longer than all else on their page.
  [/--preset recurrentgemma-2b/, "--preset tiny"],
  // Prompts in one short piece, and no programs that draw tokens: four programs for each model.
  [/^griffin export (?!program\.mlir)(?!\S*#mlp).*/, "$& --chunk 16 --no-samplers"],
  [/^griffin train (?!--resume).*/, "$& --steps 2 --warmup 1 --batch 1 --length 96"],
  [
    /^griffin (?:generate|demo|eval .*--task generate)(?!.*--(?:json-schema|regex)).*/,
    "$& --max-new-tokens 4",
  ],
  [/^griffin conform(?= --json|$)/, "griffin conform --filter client"],
];

const shorter = (line: string): string =>
  [NUMBERED, ...LESS].reduce((text, [pattern, less]) => text.replace(pattern, less), line);

/** The examples of a command's help. */
function examplesOf(command: ReturnType<typeof commandLine>): readonly string[] {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 200 }).outputHelp();
  return commandsOf(help.slice(help.indexOf("Examples:"))).filter((line) =>
    /^griffin |\| griffin /.test(line),
  );
}

const pages = [
  ...DOCUMENTS.map((path) => {
    const blocks = blocksOf(readFileSync(join(root, path), "utf8"));
    const shown = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => commandsOf(text));
    return [path, shown] as const;
  }),
  ...leaves(commandLine()).map(([name, command]) => [name, examplesOf(command)] as const),
];

describe("of every page", () => {
  test.each(pages)("%s", { timeout: 300_000 }, async (page, shown) => {
    const folder = await temporaryFolder();
    await writeExampleFiles(folder, page);
    const outside = process.cwd();
    onTestFinished(() => process.chdir(outside));
    process.chdir(folder);
    const run = shown.filter((line) => !NEEDS_MORE.some((pattern) => pattern.test(line)));
    const wrong: string[] = [];
    for (const line of [...(MADE_BEFORE[page] ?? []), ...run.map(shorter)]) {
      const complaint = await runLine(line, folder);
      if (complaint !== undefined) wrong.push(`${line}\n${complaint}`);
    }
    expect(wrong).toEqual([]);
    expect(shown.length).toBeGreaterThan(0);
  });
});

test("what is not run here", () => {
  const left = pages.flatMap(([, shown]) =>
    shown.filter((line) => NEEDS_MORE.some((pattern) => pattern.test(line))),
  );
  expect(left).toMatchInlineSnapshot(`
    [
      "griffin export --model DIR -o tpu --target tpu:v5e:2x2 --compile",
      "griffin cost --preset recurrentgemma-2b --program decode --batch 16",
      "griffin cost --model demo --program prefill --time 512 --target tpu:v6e:2x2",
      "griffin cost --preset recurrentgemma-9b --program decode --target tpu:v4:2x2x1:megacore",
      "griffin cost program.mlir --target tpu:v5e:2x2 --top 30",
      "griffin cost --preset recurrentgemma-2b --program decode --by layer --depth 1",
      "griffin cost --preset recurrentgemma-2b --program decode --svg roofline.svg",
      "griffin cost ./my-model.ts#mlp",
      "griffin graph program.mlir --target tpu:v5e:2x2 -o out.json --costs costs",
      "griffin graph program.mlir -o out.svg --heat bytes",
      "griffin graph --preset recurrentgemma-2b --program decode --target tpu:v5e:2x2 --compiled --depth 1 --heat time -o 2b.svg",
      "griffin conform --plugin tpu --filter topology",
      "griffin plugin install tpu",
    ]
  `);
});
