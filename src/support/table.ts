/** @file Plain text tables: columns padded to their widest cell, two spaces between, no trailing blanks. */

/**
 * Lines of a table, header first. Cells must be single-line; `right` names the columns aligned to the right
 * (from 0).
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const pad = (cell: string, column: number) =>
    right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return [header, ...rows].map((row) =>
    header
      .map((_, column) => pad(row[column] ?? "", column))
      .join("  ")
      .trimEnd(),
  );
}
