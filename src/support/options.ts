/** @file Options by their names: one that is misspelt is told, not ignored. */
import { UsageError } from "./errors.js";
import { expectGiven, hasMethods, shown } from "./given.js";
import { nearestName } from "./suggest.js";

/** All names of an options type: a table that lacks one, or has one too many, does not compile. Options that extend others spread their tables. */
export type OptionNames<O> = Readonly<Record<keyof O, true>>;

/**
 * What a public function does first with its options: TypeScript says what is misspelt only where it sees the literal.
 * @param what the function as its callers write it
 * @param options none, or an object; options that are undefined are not given
 * @throws UsageError for a name that is not in the table, for what is no object, for a `timeoutMs` that is no number and a `signal` that is none
 */
export function checkOptions<O extends object>(
  what: string,
  options: O | undefined,
  known: OptionNames<NoInfer<O>>,
): void {
  if (options === undefined) return;
  // Of a Map no name would be seen.
  if (typeof options !== "object" || options === null || Symbol.iterator in options)
    throw noOptions(what, options, known);
  for (const [name, value] of Object.entries(options)) {
    if (name === "timeoutMs") checkTimeout(what, value);
    if (name === "signal") checkSignal(what, value);
    if (Object.hasOwn(known, name)) continue;
    // A tensor, say, where options are looked for: its members are no misspelt options.
    if (!isPlain(options)) throw noOptions(what, options, known);
    const nearest = nearestName(name, Object.keys(known));
    throw new UsageError({
      message: `${what} has no option ${JSON.stringify(name)}`,
      expected: namesOf(known),
      hint: nearest === undefined ? undefined : `did you mean ${nearest}?`,
    });
  }
}

const isPlain = (options: object): boolean =>
  [null, Object.prototype].includes(Object.getPrototypeOf(options) as object | null);

const noOptions = (what: string, given: unknown, known: object): UsageError =>
  new UsageError({
    message: `${what} takes its options as an object`,
    expected: namesOf(known),
    got: Array.isArray(given) ? "a list" : shown(given),
  });

/**
 * `checkOptions` of options that a function cannot do without: all of them, or those that are `needed`.
 * @throws UsageError for none, and for one that is needed and not given
 */
export function checkNeeded<O extends object>(
  what: string,
  options: O | undefined,
  known: OptionNames<NoInfer<O>>,
  ...needed: readonly (keyof O & string)[]
): void {
  if (options === undefined) {
    throw new UsageError({
      message: `${what} takes its options as an object`,
      expected: namesOf(known),
      got: "nothing",
    });
  }
  checkOptions(what, options, known);
  const missing = needed.find((name) => options[name] === undefined);
  if (missing === undefined) return;
  throw new UsageError({
    message: `${what} needs ${JSON.stringify(missing)}`,
    expected: needed.join(", "),
    got:
      Object.keys(options)
        .filter((name) => options[name as keyof O] !== undefined)
        .join(", ") || "none of them",
  });
}

/** NaN would never be over. @throws UsageError */
function checkTimeout(what: string, value: unknown): void {
  if (value === undefined || (typeof value === "number" && !Number.isNaN(value))) return;
  throw new UsageError({
    message: `${what} takes timeoutMs as a number`,
    expected: "ms, or nothing for no limit",
    got: shown(value),
  });
}

/** What cannot be listened to would end nothing; `null` is none, as of `fetch`. @throws UsageError */
function checkSignal(what: string, value: unknown): void {
  const fits =
    value === undefined || value === null || hasMethods(value, "addEventListener", "removeEventListener");
  expectGiven(fits, value, { by: what, what: "signal", expected: "an AbortSignal" });
}

/** The table of options that are all of others but some. */
export function withoutOptions<N extends object, K extends keyof N & string>(
  known: N,
  ...left: readonly K[]
): Omit<N, K> {
  return Object.fromEntries(
    Object.entries(known).filter(([name]) => !left.some((other) => other === name)),
  ) as Omit<N, K>;
}

/** Of options that several functions share, those that one of them takes: those in its table. */
export function pickOptions<G extends object, N extends object>(
  given: G,
  known: N,
): Pick<G, keyof G & keyof N> {
  const names = Object.keys(known).filter((name) => name in given) as (keyof G & keyof N)[];
  return Object.fromEntries(names.map((name) => [name, given[name]])) as Pick<G, keyof G & keyof N>;
}

const namesOf = (known: object): string => Object.keys(known).join(", ");
