/** @file A case's figures for people: a table, then a verdict. For programs the report itself is the JSON. */
import { formatTable } from "../support/table.js";
import type { CaseReport, TensorReport } from "./check.js";

const HEADER = ["tensor", "max", "mean", "rms", "p50", "p90", "p99", "p99.9", "bound", "close", "", "worst"];
const RIGHT = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** How many differing tokens are listed one by one. */
const TOKENS_SHOWN = 5;

/** The lines of a report. */
export function formatReport(report: CaseReport): string[] {
  const { dtype, tolerance, reason, tensors, tokens, passed } = report;
  return [
    `${report.case} (${dtype})`,
    ...formatTable(HEADER, tensors.map(tensorRow), RIGHT).map((line) => `  ${line}`),
    ...(tokens === undefined ? [] : tokenLines(tokens)),
    `  tolerance ${figure(tolerance)}: ${reason}`,
    passed ? "  passed" : "  FAILED",
  ];
}

function tensorRow(tensor: TensorReport): string[] {
  const { name, rule, bound, close, passed, worst, max } = tensor;
  const figures = [max, tensor.mean, tensor.rms, tensor.p50, tensor.p90, tensor.p99, tensor.p999].map(figure);
  const limit = bound === undefined ? "" : `${rule} ${figure(bound)}`;
  const place =
    worst === undefined || max === 0 ? "" : `[${worst.index}] ${worst.actual} for ${worst.expected}`;
  const verdict = bound === undefined ? "-" : passed ? "ok" : "FAIL";
  return [name, ...figures, limit, close === undefined ? "" : percent(close), verdict, place];
}

function tokenLines({ count, identical, differences, passed }: NonNullable<CaseReport["tokens"]>): string[] {
  const ties = differences.filter(({ nearTie }) => nearTie).length;
  const forgiven = ties === 0 ? "" : `, ${ties} where the reference nearly ties`;
  const shown = differences.slice(0, TOKENS_SHOWN).map(({ row, step, expected, got, gap }) => {
    const reference = gap === undefined ? "" : `, the reference's two best ${figure(gap)} apart`;
    return `    row ${row}, step ${step}: ${got} for ${expected}${reference}`;
  });
  const verdict = passed ? "ok" : "FAIL";
  return [`  greedy tokens: ${identical} of ${count} identical${forgiven}  ${verdict}`, ...shown];
}

function figure(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}

/** Never rounded up to 100 %. */
function percent(part: number): string {
  return part === 1 ? "100%" : `${Math.floor(part * 10_000) / 100}%`;
}
