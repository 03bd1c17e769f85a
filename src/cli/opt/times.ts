/** @file --time-passes: how long passes took, and what they did. */
import type { PassEvent } from "../../passes/index.js";
import { formatTable } from "../../support/table.js";

const describeCounts = (event: PassEvent): string =>
  [...event.counts].map(([what, count]) => `${what}: ${count}`).join(", ") || "no change";

/** A table of the passes that ran: milliseconds, share of the whole, and what each did. */
export function formatTimes(events: readonly PassEvent[]): string {
  const total = events.reduce((sum, event) => sum + event.milliseconds, 0);
  const row = (name: string, milliseconds: number, what: string): readonly string[] => {
    const share = total === 0 ? 0 : (100 * milliseconds) / total;
    return [name, milliseconds.toFixed(2), `${share.toFixed(0)}%`, what];
  };
  const rows = events.map((event) => row(event.name, event.milliseconds, describeCounts(event)));
  const header = ["pass", "ms", "share", "what it did"];
  return formatTable(header, [...rows, row("total", total, "")], [1, 2]).join("\n");
}
