/** @file Every op's example as a whole program. */
import { stringAttribute } from "../../../src/ir/attribute.js";
import { type Operation, walk } from "../../../src/ir/operation.js";
import { opDefinitions } from "../../../src/ir/ops/index.js";

/** A type with the sharding of a function's argument. */
const sharded = (type: string, dimensions: string): string =>
  `${type} {sdy.sharding = #sdy.sharding<@mesh, ${dimensions}>}`;

/** Types of %arg0, %arg1 ... where they do not follow from the end of the example. */
const given: Readonly<Record<string, readonly string[]>> = {
  "stablehlo.select": ["tensor<4xi1>", "tensor<4xf32>", "tensor<4xf32>"],
  "stablehlo.complex": ["tensor<4xf32>", "tensor<4xf32>"],
  "stablehlo.if": ["tensor<i1>", "tensor<4xf32>", "tensor<4xf32>"],
  "stablehlo.case": ["tensor<i32>", "tensor<4xf32>", "tensor<4xf32>"],
  "stablehlo.while": ["tensor<i32>", "tensor<i32>", "tensor<i32>"],
  "func.call_indirect": ["(tensor<4xf32>) -> tensor<4xf32>", "tensor<4xf32>"],
  "stablehlo.tuple": ["tensor<4xf32>", "tensor<i32>"],
  "stablehlo.after_all": ["!stablehlo.token", "!stablehlo.token"],
  "sdy.all_gather": [sharded("tensor<4xf32>", '[{"x"}]')],
  "sdy.all_to_all": [sharded("tensor<4x4xf32>", '[{"x"}, {}]')],
  "sdy.collective_permute": [sharded("tensor<4xf32>", '[{"x"}]')],
  "sdy.replicated_to_unreduced": [sharded("tensor<4xf32>", "[{}]")],
  "sdy.sharded_to_unreduced": [sharded("tensor<4xf32>", '[{"x"}]')],
};

/** Splits at commas outside of brackets. */
function splitTypes(text: string): string[] {
  const types: string[] = [];
  let depth = 0;
  let at = "";
  for (const character of text) {
    if ("<({".includes(character)) depth++;
    if (">)}".includes(character)) depth--;
    if (character === "," && depth === 0) {
      types.push(at.trim());
      at = "";
    } else at += character;
  }
  return at.trim() === "" ? types : [...types, at.trim()];
}

/** The operand types at the end of an example: `(A, B) -> C`, `A, B -> C`, `A, B` or one for all. */
function operandTypes(example: string, count: number): readonly string[] {
  const tail = example.slice(example.lastIndexOf(" : ") + 3).replaceAll("->", "→");
  const end = tail.search(/→| to /);
  const left = end === -1 ? tail : tail.slice(0, end).trim();
  const types = splitTypes(left.startsWith("(") ? left.slice(1, -1) : left);
  return Array.from({ length: count }, (_, i) => types[i] ?? types[0]!);
}

/** The example inside a function whose arguments are the names it uses but does not define. */
function around(name: string, example: string): string {
  if (name === "builtin.module") return example;
  if (name === "func.func" || name === "sdy.mesh") return `module {\n${indent(example, 1)}\n}`;
  const defined = new Set([...example.matchAll(/(%\w+):/g)].map((match) => match[1]));
  const used = [...new Set([...example.matchAll(/%arg\d+/g)].map((match) => match[0]))];
  const free = used.filter((argument) => !defined.has(argument));
  const types = given[name] ?? operandTypes(example, free.length);
  const parameters = free.map((argument, i) => `${argument}: ${types[i]}`).join(", ");
  const mesh = name.startsWith("sdy.") ? '  sdy.mesh @mesh = <["x"=2, "y"=2]>\n' : "";
  return `module {\n${mesh}  func.func @main(${parameters}) {\n${indent(example, 2)}\n    return\n  }\n}`;
}

const indent = (text: string, depth: number): string =>
  text
    .split("\n")
    .map((line) => "  ".repeat(depth) + line)
    .join("\n");

/** Examples that are shown in another op's: terminators, calls and what names a function. */
const elsewhere = new Set(["func.call", "func.constant", "stablehlo.composite", "interpreter.run_parallel"]);

/** Op and program of every example that stands alone. */
export const examplePrograms: readonly (readonly [string, string])[] = opDefinitions
  .filter(
    ({ name, traits }) =>
      !traits.includes("terminator") && !elsewhere.has(name) && !/^(nn|griffin)\./.test(name),
  )
  .map(({ name, example }) => [name, around(name, example)]);

/** The module with the attribute `my.note` on each of its operations. */
export function annotate(module: Operation): Operation {
  for (const operation of walk(module))
    Object.assign(operation, {
      extra: new Map([["my.note", stringAttribute("x")]]),
    });
  return module;
}
