/**
 * @file Results of a benchmark: a table on the terminal, and with --write the same table, with date, machine and versions, between two
 * marker lines of the benchmark's own README.md, its plot beside it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { UsageError } from "../src/support/errors.js";
import { formatTable } from "../src/support/table.js";
import { type Panel, writeBarPlot } from "./plot.js";

/** One row of a table: cells by the names of the columns. Rows of a table have the same names. */
export type Row = Readonly<Record<string, string | number>>;

/** What a benchmark found. */
export interface Results {
  /** Which table of the README; also the plot's file name. */
  readonly section: string;
  /** The options that shaped the run, e.g. "--dtype f32"; no paths of the machine. */
  readonly settings: string;
  /** Versions of what was measured, by name, e.g. { jax: "0.10.2" }. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly plot?: { readonly title: string; readonly panels: readonly Panel[] };
}

/** What was measured where: the machine of a run. */
export interface Machine {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  /** How many programs wanted a core in the last minute; well over the bench's own says that the figures are noisy. */
  readonly load: number;
}

/** This machine, now. */
export const thisMachine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  processor: (cpus()[0]?.model ?? "unknown processor").replaceAll(/\s+/g, " ").trim(),
  cores: availableParallelism(),
  load: loadavg()[0]!,
});

/** Begins with a figure, as "12.1 ms" and "-0.3" do, or holds none ("-"). */
const isFigure = (cell: string | number | undefined): boolean => /^([-<>~]?\d|-$)/.test(String(cell));

/** Columns whose cells are all figures; they are aligned to the right. */
const figureColumns = (rows: readonly Row[]): readonly number[] =>
  Object.keys(rows[0] ?? {}).flatMap((name, i) => (rows.every((row) => isFigure(row[name])) ? [i] : []));

const cellsOf = (rows: readonly Row[]): readonly (readonly string[])[] => {
  const names = Object.keys(rows[0] ?? {});
  return rows.map((row) => names.map((name) => String(row[name] ?? "")));
};

/** The rows as a table for a terminal. */
export const terminalTable = (rows: readonly Row[]): string =>
  formatTable(Object.keys(rows[0] ?? {}), cellsOf(rows), figureColumns(rows)).join("\n");

/** The rows as a table in Markdown. */
export function markdownTable(rows: readonly Row[]): string {
  const right = figureColumns(rows);
  const names = Object.keys(rows[0] ?? {});
  const rule = names.map((_, i) => (right.includes(i) ? "---:" : "---"));
  const escaped = cellsOf(rows).map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  return [names, rule, ...escaped].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What stands between the markers: when and where, the table, the plot. */
export function describeResults(results: Results, machine: Machine): string {
  const { section, settings, versions, rows, plot } = results;
  const where = [
    machine.date,
    `${machine.processor}, ${machine.cores} cores, load ${machine.load.toFixed(1)}`,
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
    ...(settings === "" ? [] : [`\`${settings}\``]),
  ].join("; ");
  const image = plot === undefined ? [] : [`![${plot.title}](${section}.svg)`];
  return [where, markdownTable(rows), ...image].join("\n\n");
}

/**
 * The text of a README with the results of a section in place of the last ones.
 * @throws UsageError if the text has not both marker lines of the section
 */
export function replaceResults(text: string, section: string, body: string, file: string): string {
  const begin = `<!-- results ${section}, written by --write -->`;
  const end = `<!-- end of ${section} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) {
    throw new UsageError({
      message: `no place for the results "${section}"`,
      expected: `a line ${begin}, and below it a line ${end}`,
      where: file,
    });
  }
  return `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`;
}

/**
 * Prints the results, and with `write` puts them into README.md and NAME-OF-THE-SECTION.svg of the benchmark's folder.
 * @throws UsageError if the README has no place for them
 */
export async function showResults(folder: string, results: Results, write: boolean): Promise<void> {
  console.log(terminalTable(results.rows));
  if (!write) return;
  const { section, plot } = results;
  const readme = join(folder, "README.md");
  const body = describeResults(results, thisMachine());
  await writeFile(readme, replaceResults(await readFile(readme, "utf8"), section, body, readme));
  if (plot !== undefined) await writeBarPlot(join(folder, `${section}.svg`), plot.title, plot.panels);
}
