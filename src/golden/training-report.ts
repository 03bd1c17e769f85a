/** @file The figures of a case of training for people: a table, then a verdict. For programs the report itself is the JSON. */
import { formatTable } from "../support/table.js";
import type { TrainingReport } from "./training-check.js";
import type { TrainingFigure } from "./training-figures.js";

const HEADER = ["tensor", "off", "bound", "by", ""];

/** The lines of a report. */
export function formatTrainingReport(report: TrainingReport): string[] {
  const { dtype, reason, tensors, passed } = report;
  return [
    `${report.case} (training, ${dtype})`,
    ...formatTable(HEADER, tensors.map(rowOf), [1, 2]).map((line) => `  ${line}`),
    `  off and bound are relative to the reference's; bounds: ${reason}`,
    passed ? "  passed" : "  FAILED",
  ];
}

function rowOf({ name, figure, bound, measure, passed, mostlyOf }: TrainingFigure): string[] {
  const limit = bound === undefined ? "" : bound.toExponential(1);
  const verdict =
    bound === undefined ? "-" : passed ? "ok" : `FAIL${mostlyOf === undefined ? "" : `, mostly ${mostlyOf}`}`;
  return [name, figure === 0 ? "0" : figure.toExponential(1), limit, measure, verdict];
}
