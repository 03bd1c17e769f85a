/** @file What `griffin cost` found, for people. */
import {
  chipBytes,
  type CostGroup,
  type CostReport,
  type CostSum,
  formatCount,
  formatSeconds,
  hbmBytes,
  type MemoryReport,
  percent,
} from "../../cost/index.js";
import { formatTable } from "../../support/table.js";
import type { Colors } from "../colors.js";
import { formatBytes, formatMs } from "../progress.js";

/** `812 B`, `41.9 MB`. */
const formatSize = (bytes: number): string => (bytes < 1000 ? `${bytes} B` : formatBytes(bytes));

/** Lines of the whole report. */
export function printable(report: CostReport, colors: Colors): readonly string[] {
  const sections = [
    [headline(report, colors), ...totals(report)],
    notes(report, colors),
    report.memory === undefined ? [] : memoryLines(report.memory, colors),
    report.groups.length === 0 ? [] : groupTable(report),
    report.top.length === 0 ? [] : topTable(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ["", ...lines]));
}

function headline({ program, target, compileMs, total, chip }: CostReport, { bold }: Colors): string {
  const compiled = compileMs === undefined ? "" : `, compiled in ${formatMs(compileMs)}`;
  const place = target ?? chip?.name;
  const title = place === undefined ? program : `${program} for ${place}`;
  return bold(`${title}: ${total.instructions} instruction${total.instructions === 1 ? "" : "s"}${compiled}`);
}

/** Main memory is called HBM where it is. */
const memoryName = ({ chip, total }: CostReport): string =>
  chip === undefined && chipBytes(total) === 0 ? "memory" : "HBM";

function totals(report: CostReport): readonly string[] {
  const { total, time } = report;
  const seconds = (part: number | undefined): string =>
    part === undefined || part === 0 ? "" : formatSeconds(part);
  const rows = [
    [
      "cycles",
      total.cycles === undefined ? "no estimates" : formatCount(total.cycles),
      seconds(time?.cycles),
    ],
    [memoryName(report), formatSize(hbmBytes(total)), seconds(time?.hbm)],
    ["products", `${formatCount(total.flops)}flop`, seconds(time?.flops)],
    ...(chipBytes(total) === 0 ? [] : [["on chip", formatSize(chipBytes(total)), ""]]),
    ...(time === undefined ? [] : [["at least", `bound by ${time.bound}`, formatSeconds(time.seconds)]]),
  ];
  return formatTable(["", "", ""], rows, [1, 2]).slice(1);
}

/** What a reader has to know to believe the totals. */
function notes(
  { total, unknownLoops, conditionals, chip }: CostReport,
  { yellow }: Colors,
): readonly string[] {
  const { instructions, hbmBytes: moved } = total.unestimated;
  return [
    ...(total.cycles !== undefined && instructions > 0
      ? [`${instructions} instructions have no estimate of cycles; they move ${formatSize(moved)} of HBM`]
      : []),
    ...(total.cycles !== undefined && chip !== undefined && chip.clock === undefined
      ? [`the clock of ${chip.name} is not known: cycles are no time`]
      : []),
    ...(chip !== undefined && chip.devices > 1
      ? [`a program is for one of the ${chip.devices} devices of ${chip.name}, and has that share of it`]
      : []),
    ...(total.cycles === undefined
      ? ["this compiler estimates no cycles: only bytes and products are counted"]
      : []),
    ...(chip === undefined && total.cycles !== undefined ? ["no chip is known: --chip v5e gives times"] : []),
    ...(unknownLoops.length > 0
      ? [`counted as one turn, their turns are not known: ${unknownLoops.join(", ")}`]
      : []),
    ...(conditionals.length > 0 ? [`counted by their costliest branch: ${conditionals.join(", ")}`] : []),
  ].map((line) => `${yellow("!")} ${line}`);
}

function memoryLines(memory: MemoryReport, { green, red }: Colors): readonly string[] {
  const { arguments: given, results, aliased, temporary, generatedCode, needed, available, fits } = memory;
  const lines = formatTable(
    ["memory", ""],
    [
      ["arguments", formatSize(given)],
      ["results", formatSize(results)],
      ["of them in arguments", formatSize(aliased)],
      ["temporaries", formatSize(temporary)],
      ["code", formatSize(generatedCode)],
      ["together", formatSize(needed)],
    ],
    [1],
  );
  if (available === undefined) return lines;
  const verdict = fits === true ? green("fits") : red("does not fit");
  return [...lines, `${verdict} one device's ${formatSize(available)}`];
}

function groupTable(report: CostReport): readonly string[] {
  const shown = columnsOf<CostGroup>(report, [
    ["time", report.time !== undefined, ({ time }) => formatSeconds(time?.seconds ?? 0)],
    ["share", true, ({ share }) => percent(share, 1)],
  ]);
  const rows = report.groups.map((group) => [
    group.name === "" ? "(not named)" : group.name,
    ...shown.map(([, , cell]) => cell(group)),
    `${group.instructions}`,
  ]);
  const headers = shown.map(([header]) => header);
  return formatTable(["", ...headers, "instructions"], rows, numbered(1, headers.length + 1));
}

function topTable(report: CostReport): readonly string[] {
  const shown = columnsOf(report, []);
  const rows = report.top.map((cost) => [
    cost.name,
    cost.opcode,
    `${cost.times}`,
    ...shown.map(([, , cell]) => cell(cost)),
    cost.path,
  ]);
  const headers = shown.map(([header]) => header);
  return formatTable(["costliest", "", "times", ...headers, "from"], rows, numbered(2, headers.length + 1));
}

const numbered = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => first + i);

type Figures = Pick<CostSum, "cycles" | "read" | "written" | "flops">;

type Column<T> = readonly [header: string, isShown: boolean, cell: (cost: T) => string];

/** Columns of figures: those that the compiler and the chip have something for. @param first what stands before the figures of all tables */
function columnsOf<T extends Figures>(report: CostReport, first: readonly Column<T>[]): readonly Column<T>[] {
  const { total } = report;
  const all: readonly Column<T>[] = [
    ...first,
    ["cycles", total.cycles !== undefined, ({ cycles }) => (cycles === undefined ? "" : formatCount(cycles))],
    [memoryName(report), true, (cost) => bytes(hbmBytes(cost))],
    ["on chip", chipBytes(total) > 0, (cost) => bytes(chipBytes(cost))],
    ["flop", true, ({ flops }) => (flops === 0 ? "" : formatCount(flops))],
  ];
  return all.filter(([, isShown]) => isShown);
}

const bytes = (count: number): string => (count === 0 ? "" : formatSize(count));
