/** @file What an object that an author hands in must hold, and a word that must be one of some: said in one shape. */
import { UsageError } from "./errors.js";
import { expectGiven, shown } from "./given.js";
import { nearestName } from "./suggest.js";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const kinds = {
  text: { fits: (value: unknown): boolean => typeof value === "string", words: "text" },
  function: { fits: (value: unknown): boolean => typeof value === "function", words: "a function" },
  list: { fits: (value: unknown): boolean => Array.isArray(value), words: "a list" },
  object: { fits: isObject, words: "an object" },
} as const;

type Kind = keyof typeof kinds;

/** What each member must be; with a question mark it may be missing. */
export type Members = Readonly<Record<string, Kind | `${Kind}?`>>;

/**
 * Complains of what is no object with these members, which would be found only where they are used.
 * @param what the object to the function, e.g. `definition`
 * @throws UsageError naming the first that is missing or of another kind
 */
export function checkMembers(by: string, what: string, given: unknown, members: Members): void {
  const names = Object.keys(members).filter((name) => !members[name]!.endsWith("?"));
  const expected = `an object with ${names.join(", ")}`;
  expectGiven(isObject(given), given, { by, what, expected });
  const held = given as Readonly<Record<string, unknown>>;
  for (const [name, asked] of Object.entries(members)) {
    const value = held[name];
    if (value === undefined && asked.endsWith("?")) continue;
    const { fits, words } = kinds[asked.replace("?", "") as Kind];
    expectGiven(fits(value), value, { by, what: JSON.stringify(name), expected: words });
  }
}

/**
 * Complains of a word that is none of some; undefined is not given.
 * @throws UsageError with all of them, and the nearest
 */
export function checkWord(by: string, what: string, given: unknown, words: readonly string[]): void {
  if (given === undefined || words.some((word) => word === given)) return;
  const nearest = typeof given === "string" ? nearestName(given, words) : undefined;
  throw new UsageError({
    message: `${by}: there is no ${what} ${shown(given)}`,
    expected: words.join(", "),
    got: shown(given),
    hint: nearest === undefined ? undefined : `did you mean ${nearest}?`,
  });
}
