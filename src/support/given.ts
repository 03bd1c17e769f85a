/** @file What callers of JavaScript give that types would have refused: said in one shape. */
import { UsageError } from "./errors.js";

/** A value in a few words, for messages; whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object" || value === null) return String(value);
  const { name } = (
    Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: unknown } } | null
  )?.constructor ?? { name: "Object" };
  return typeof name === "string" && name !== "Object" && name !== "" ? `an object of ${name}` : "an object";
}

/** What a value is to be. */
export interface Expectation {
  /** The function that takes it, as its callers write it. */
  readonly by: string;
  /** What the value is to it. */
  readonly what: string;
  readonly expected: string;
  readonly hint?: string | undefined;
}

/** @throws UsageError, unless `fits` */
export function expectGiven(fits: boolean, value: unknown, { by, what, expected, hint }: Expectation): void {
  if (fits) return;
  throw new UsageError({
    message: `${by} takes another kind of ${what}`,
    expected,
    got: shown(value),
    hint,
  });
}

/** Whether a value is an object whose members of these names are functions. */
export const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
