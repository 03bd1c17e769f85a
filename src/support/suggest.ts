/** @file "Did you mean ...?" for names typed by people. */

/** How many letters are missing, too many, others, or (two that follow each other) exchanged: each counts 1. */
function editDistance(a: string, b: string): number {
  const first = Array.from({ length: b.length + 1 }, (_, j) => j);
  const rows = [first];
  for (let i = 1; i <= a.length; i++) {
    const [before, row] = [rows[i - 1]!, [i]];
    for (let j = 1; j <= b.length; j++) {
      const substitution = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchange = isExchanged ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(substitution, exchange, before[j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The known name nearest to `name` if it is near enough to be a typing slip (a third of its length, and never all of it), else undefined. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && distance < name.length && (best === undefined || distance < best.distance))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/** A hint for an unknown name, where what is known is told already: the nearest one if there is one. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const nearest = nearestName(name, known);
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

/** A hint for an unknown name, where nothing else tells what is known: the nearest one if there is one, else all of them. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known];
  return didYouMean(name, names) ?? `known: ${names.join(", ")}`;
}
