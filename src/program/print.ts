/** @file Prints of a program's author, as attributes of `interpreter.print`: under what label, and what the axes are called. */
import { type AttributeDictionary, stringAttribute } from "../ir/attribute.js";
import type { Operation } from "../ir/operation.js";

const LABEL = "griffin.print";
const AXES = "griffin.axes";

/** What a print says of itself. */
export interface PrintMeaning {
  /** Its author's, below the scopes around it. */
  readonly label: string;
  /** Outermost first. */
  readonly axes: readonly string[];
}

/** As attributes of the operation. */
export const printMeaning = (label: string, axes: readonly string[]): AttributeDictionary =>
  new Map([
    [LABEL, stringAttribute(label)],
    [AXES, { kind: "array", items: axes.map(stringAttribute) }],
  ]);

/** What a print of an author says of itself; undefined for one of other programs. */
export function readPrint({ name, extra }: Operation): PrintMeaning | undefined {
  const label = extra.get(LABEL);
  if (name !== "interpreter.print" || label?.kind !== "string") return undefined;
  const axes = extra.get(AXES);
  const items = axes?.kind === "array" ? axes.items : [];
  return { label: label.value, axes: items.flatMap((item) => (item.kind === "string" ? [item.value] : [])) };
}
