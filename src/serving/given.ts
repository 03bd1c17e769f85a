/** @file What callers of JavaScript give for models, sessions and words, where types would have refused it. */
import { UsageError } from "../support/errors.js";
import { expectGiven, hasMethods, shown } from "../support/given.js";
import type { Tensors } from "./device-tensors.js";
import type { ProgramKey, ProgramSet } from "./program-set.js";

/** @throws UsageError for what is no model */
export const expectModel = (by: string, model: ProgramSet): void =>
  expectGiven(hasMethods(model, "run", "has"), model, {
    by,
    what: "model",
    expected: "a model, such as Model.load gives, or load(...).model",
  });

/** @throws UsageError for what is no instance of a class */
export const expectInstance = (
  by: string,
  what: string,
  value: object,
  [Class, from]: readonly [abstract new (...args: never[]) => object, from: string],
): void => expectGiven(value instanceof Class, value, { by, what, expected: `a ${Class.name}, ${from}` });

/** @throws UsageError for what is no map of buffers on the device */
export function expectTensors(by: string, what: string, tensors: Tensors): void {
  expectInstance(by, what, tensors, [Map, "of buffers by their names"]);
  const wrong = [...tensors].find(
    ([name, buffer]) => typeof name !== "string" || !hasMethods(buffer, "toHost"),
  );
  if (wrong === undefined) return;
  throw new UsageError({
    message: `${by}: the ${what} hold what is no buffer on a device`,
    expected: "a Map of buffers by their names",
    got: `${shown(wrong[0])}: ${shown(wrong[1])}`,
  });
}

/** @throws UsageError for what is no text */
export const expectText = (by: string, what: string, value: string): void =>
  expectGiven(typeof value === "string", value, { by, what, expected: "a text" });

/** @throws UsageError for what is no whole number, 1 or more */
export function expectCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new UsageError({ message: `${what} must be a whole number, 1 or more`, got: shown(count) });
}

/** @throws UsageError for what names no program */
export function expectKey(by: string, key: ProgramKey): void {
  const { kind, batch, time }: Partial<ProgramKey> = typeof key === "object" && key !== null ? key : {};
  const isSize = (size: number | undefined) => Number.isSafeInteger(size) && size! > 0;
  expectGiven(typeof kind === "string" && isSize(batch) && isSize(time), key, {
    by,
    what: "key",
    expected: '{ kind: "decode", batch: 1, time: 1 }, its numbers 1 or more',
  });
}
