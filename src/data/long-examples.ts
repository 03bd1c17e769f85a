/** @file Examples that no row holds, found before anything is learnt of the others. */
import { checkNotAborted } from "../support/wait.js";
import { nothingLeft, TooLongError } from "./errors.js";
import { type Encoder, encodeExample } from "./pieces.js";
import type { DataSource } from "./source.js";

/** What holds examples. */
export interface RowLimit {
  /** Tokens a row, with the last one, which is only predicted. */
  readonly width: number;
  /** Examples that are longer are passed over. Default: they are an error. */
  readonly skipsLong?: boolean | undefined;
}

/** An example that is longer than a row. */
interface LongExample {
  readonly where: string;
  readonly tokens: number;
}

/** Lines that an error names beside the first. */
const MOST_TOLD = 5;

/**
 * Encodes every example once. A text may be of any length: it is cut.
 * @returns how many examples are longer than a row, where those are passed over
 * @throws TooLongError that names them, where they are not; DataError where all are, and for the first line that has no tokens; AbortedError
 */
export async function checkLengths(
  source: DataSource,
  encoder: Encoder,
  { width, skipsLong = false }: RowLimit,
  signal?: AbortSignal,
): Promise<number> {
  const long: LongExample[] = [];
  for (let i = 0; i < source.count; i++) {
    checkNotAborted("looking through the data", { signal });
    const placed = await source.read(i);
    const { length: tokens } = encodeExample(placed, encoder).tokens;
    if (tokens > width && placed.example.kind !== "text") long.push({ where: placed.where, tokens });
  }
  if (!skipsLong && long.length > 0) throw tooLong(long, source.count, width);
  if (long.length === source.count) throw nothingLeft(source.count);
  return long.length;
}

function tooLong(long: readonly LongExample[], count: number, width: number): TooLongError {
  const [first, ...others] = long;
  const most = long.reduce((greatest, { tokens }) => Math.max(greatest, tokens), 0);
  return new TooLongError({
    message:
      others.length === 0
        ? "an example is longer than a row"
        : `${long.length} of ${count} examples are longer than a row`,
    expected: `at most ${width} tokens`,
    got: `${first!.tokens} tokens`,
    where: first!.where,
    details: [
      ...others.slice(0, MOST_TOLD).map(({ where, tokens }) => `${tokens} tokens at ${where}`),
      ...(others.length > MOST_TOLD ? [`and ${others.length - MOST_TOLD} more`] : []),
    ],
    hint: `read ${most - 1} tokens a row or more (--length), or pass over what is longer (--skip-long)`,
  });
}
