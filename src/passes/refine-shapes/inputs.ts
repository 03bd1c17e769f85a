/** @file What @main is called with: types, and values where shapes depend on them. */
import type { Elements } from "../../ir/elements.js";
import { parseAttribute, parseType } from "../../ir/text/index.js";
import { isStatic, type TensorType } from "../../ir/types.js";
import { UsageError } from "../../support/errors.js";

/** A type of static shape; or a value, for arguments that shapes are computed of (a platform's index, a size). */
export type ShapeInput = TensorType | Elements;

/** The type of an input. */
export const typeOfInput = (input: ShapeInput): TensorType => ("data" in input ? input.type : input);

/** Text between commas that are in no brackets. */
function splitList(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if ("<([{".includes(character)) depth++;
    if (">)]}".includes(character)) depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function parseInput(text: string): ShapeInput {
  if (text.startsWith("dense")) {
    const attribute = parseAttribute(text);
    if (attribute.kind === "elements") return attribute.value;
  } else {
    const type = parseType(text);
    if (type.kind === "tensor" && isStatic(type)) return type;
  }
  throw new UsageError({
    message: "an input of refine-shapes is not valid",
    expected:
      "tensor types of static shape or values between commas: tensor<3x4xf32>, dense<0> : tensor<i32>",
    got: text,
  });
}

/** Inputs as text: `tensor<3x4xf32>, dense<0> : tensor<i32>`. @throws ParseError, UsageError */
export const parseInputs = (text: string): readonly ShapeInput[] => splitList(text).map(parseInput);
