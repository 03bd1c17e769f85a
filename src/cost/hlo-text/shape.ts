/** @file Shapes as HLO text writes them: `f32[8,128]{1,0:T(8,128)S(1)}`, `(f32[], s32[2])`. */
import { HloError } from "../errors.js";
import type { Shape } from "../hlo.js";
import { isElementName, type Layout, makeArrayShape } from "../shape.js";
import { endOfBracket, readNumbers, splitList } from "./scan.js";

/** Tuples in tuples. */
const MAX_DEPTH = 64;

/** A shape, and the position after it. @throws HloError for what is no shape */
export function readShape(
  text: string,
  start: number,
  where: string,
  depth = 0,
): readonly [shape: Shape, end: number] {
  if (depth > MAX_DEPTH) {
    throw new HloError({
      message: "tuples are nested too deeply",
      expected: `at most ${MAX_DEPTH}`,
      got: text.slice(start, start + 40),
      where,
      hint: "no compiler writes such a shape",
    });
  }
  if (text[start] === "(") {
    const end = endOfBracket(text, start);
    const inner = text.slice(start + 1, end - 1).replaceAll(/\/\*.*?\*\//g, "");
    return [
      { kind: "tuple", parts: splitList(inner).map((part) => readShape(part, 0, where, depth + 1)[0]) },
      end,
    ];
  }
  const [head, element, sizes] = /^(\w+)\[([^\]]*)\]/.exec(text.slice(start, start + 200)) ?? [];
  if (head === undefined || !isElementName(element!)) {
    throw new HloError({
      message: "not a shape",
      expected: "an element type and sizes, such as f32[8,128]{1,0}",
      got: text.slice(start, start + 40),
      where,
    });
  }
  const after = start + head.length;
  const end = text[after] === "{" ? endOfBracket(text, after) : after;
  const layout = end === after ? undefined : readLayout(text.slice(after + 1, end - 1));
  return [makeArrayShape(element!, readNumbers(sizes!), layout), end];
}

/** `1,0:T(8,128)(2,1)S(1)`. */
function readLayout(text: string): Layout {
  const [order, details = ""] = text.split(":");
  const tiles = /T((?:\([^)]*\))+)/.exec(details)?.[1]?.match(/\([^)]*\)/g) ?? [];
  const number = (letter: string) => Number(new RegExp(`${letter}\\((\\d+)\\)`).exec(details)?.[1] ?? 0);
  return {
    minorToMajor: readNumbers(order!),
    tiles: tiles.map(readNumbers),
    space: number("S"),
    elementBits: number("E"),
  };
}
