import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import {
  describeResults,
  markdownTable,
  replaceResults,
  showResults,
  terminalTable,
  thisMachine,
} from "../../bench/results.js";
import { UsageError } from "../../src/support/errors.js";

const rows = [
  { form: "sequential | 4 a turn", ms: "19.6", ratio: "1.45x", reached: "must" },
  { form: "Flax", ms: 41.62, ratio: "-", reached: "-" },
];

test("a table for the terminal has figures on the right and words on the left", () => {
  expect(terminalTable(rows).split("\n")).toEqual([
    "form                      ms  ratio  reached",
    "sequential | 4 a turn   19.6  1.45x  must",
    "Flax                   41.62      -  -",
  ]);
});

test("a table in Markdown escapes the bars in cells", () => {
  expect(markdownTable(rows).split("\n")).toEqual([
    "| form | ms | ratio | reached |",
    "| --- | ---: | ---: | --- |",
    "| sequential \\| 4 a turn | 19.6 | 1.45x | must |",
    "| Flax | 41.62 | - | - |",
  ]);
});

test("results say when, where, with what and how they were measured", () => {
  const machine = { date: "2026-11-24", processor: "Some Processor", cores: 2, load: 0.449 };
  const results = {
    section: "f32",
    settings: "--dtype f32",
    versions: { jax: "0.10.2", Node: "20.20.2" },
    rows: [{ form: "ours", ms: 1 }],
  };
  const lines = (text: string) => text.split("\n");
  expect(lines(describeResults(results, machine))).toEqual([
    "2026-11-24; Some Processor, 2 cores, load 0.4; jax 0.10.2; Node 20.20.2; `--dtype f32`",
    "",
    "| form | ms |",
    "| --- | ---: |",
    "| ours | 1 |",
  ]);
  const plotted = { ...results, plot: { title: "All of it", panels: [] } };
  expect(lines(describeResults(plotted, machine)).slice(-2)).toEqual(["", "![All of it](f32.svg)"]);
});

test("this machine is described by date, processor and cores", () => {
  const machine = thisMachine();
  expect(machine.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(machine.processor).toMatch(/^\S.*\S$/);
  expect(machine.cores).toBeGreaterThanOrEqual(1);
  expect(machine.load).toBeGreaterThanOrEqual(0);
});

const readme = `# Bench

<!-- results f32, written by --write -->
old
<!-- end of f32 -->

between

<!-- results bf16, written by --write -->
<!-- end of bf16 -->

after
`;

test("new results replace the old ones of their section, and nothing else", () => {
  expect(replaceResults(readme, "f32", "new", "README.md")).toBe(readme.replace("\nold\n", "\n\nnew\n\n"));
  expect(replaceResults(readme, "bf16", "new", "README.md")).toBe(
    readme.replace("--write -->\n<!-- end of bf16", "--write -->\n\nnew\n\n<!-- end of bf16"),
  );
});

test("results written twice stand there once", () => {
  const once = replaceResults(readme, "f32", "new", "README.md");
  expect(replaceResults(once, "f32", "new", "README.md")).toBe(once);
});

test("a README without the section's markers is refused, with the lines it lacks", () => {
  const attempt = () =>
    replaceResults("# Bench\n<!-- end of f32 -->\n", "f32", "new", "bench/model/README.md");
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(
    [
      'usage error: no place for the results "f32"',
      "  expected: a line <!-- results f32, written by --write -->, and below it a line <!-- end of f32 -->",
      "  at:       bench/model/README.md",
    ].join("\n"),
  );
});

test("results are printed, and written with their plot only when asked", async () => {
  const folder = await mkdtemp(join(tmpdir(), "griffin-bench-"));
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await writeFile(join(folder, "README.md"), readme);
    const bars = [{ label: "ours", value: 1, kind: "ours" }] as const;
    const results = {
      section: "bf16",
      settings: "",
      versions: {},
      rows: [{ form: "ours", ms: 1 }],
      plot: { title: "All of it", panels: [{ unit: "ms", bars }] },
    };
    await showResults(folder, results, false);
    expect(printed.mock.calls).toEqual([["form  ms\nours   1"]]);
    expect(await readdir(folder)).toEqual(["README.md"]);
    expect(await readFile(join(folder, "README.md"), "utf8")).toBe(readme);
    await showResults(folder, results, true);
    expect(await readdir(folder)).toEqual(["README.md", "bf16.svg"]);
    expect(await readFile(join(folder, "README.md"), "utf8")).toContain(
      "| ours | 1 |\n\n![All of it](bf16.svg)\n",
    );
    expect(await readFile(join(folder, "bf16.svg"), "utf8")).toContain("All of it");
  } finally {
    printed.mockRestore();
    await rm(folder, { recursive: true });
  }
});
