/** @file docs/ops: a page for each dialect, from the table of ops. */
import type { OpDefinition, OperandDefinition } from "../../src/ir/ops/define.js";
import { builtInOps } from "../../src/ir/ops/index.js";
import type { AttributeKind } from "../../src/ir/ops/kinds.js";
import { type Constraint, findConstraints } from "./constraints.js";
import { cell, code, fence, heading, page } from "./markdown.js";

/** The letters of operands' types, as src/ir/ops/define.ts says. */
const TYPES = `Operands are followed by the element types that they may have: P i1, I integers, S signless integers, F floats, C complex numbers, Q and A
quantised per tensor and per axis, T a token, U a tuple, B a buffer, X an index, N a future, K tensors without a rank,
Z MLIR's signed integers, O types of other dialects, V functions and scalars.
\`...\` is any number of operands, \`?\` one or none. A constraint is called as in the specification where it has it.`;

const operandText = ({ name, types, variadic, optional }: OperandDefinition): string =>
  `\`${name}${variadic ? "..." : ""}${optional ? "?" : ""}\` ${types}`;

function attributeText([name, kind]: readonly [string, AttributeKind]): string {
  const { optional, defaultValue, since } = kind;
  const notes = [
    ...(optional
      ? [defaultValue === undefined ? "optional" : `default ${JSON.stringify(defaultValue)}`]
      : []),
    ...(since === undefined ? [] : [`since ${since}`]),
  ];
  return `\`${name}\` ${kind.name}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}

const constraintText = ({ label, text }: Constraint): string => `${code(label)} ${text}`;

function opText(op: OpDefinition, constraints: readonly Constraint[]): string {
  const { name, summary, operands, attributes, regions = [], traits, since, example } = op;
  const listed = (what: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`- ${what}: ${items.join(", ")}`];
  const lines = [
    ...listed("operands", operands.map(operandText)),
    ...listed("attributes", Object.entries(attributes).map(attributeText)),
    ...listed("regions", regions.map(code)),
    ...listed("traits", traits),
    ...(since === undefined ? [] : [`- since StableHLO ${since}`]),
    ...constraints.map((one) => `- ${cell(constraintText(one))}`),
  ];
  return [
    `## ${name}`,
    cell(summary),
    ...(lines.length === 0 ? [] : [lines.join("\n")]),
    fence("mlir", example),
  ].join("\n\n");
}

/** What dialects are for. */
const DIALECTS: Readonly<Record<(typeof builtInOps)[number]["name"], string>> = {
  builtin: "the module",
  func: "functions, calls and returns",
  stablehlo: "what compilers take, as the StableHLO specification says",
  nn: "ops of models: attention, convolution and recurrence along time, norms. They carry meaning for passes, and are lowered to StableHLO",
  griffin: "what only Griffin has",
  chlo: "client ops that become several of StableHLO",
  check: "what self-checking test programs hold their results against",
  interpreter: "what the specification's test programs do that runs by the interpreter alone",
  arith: "constants, as test programs of others write them",
  sdy: "shardings (Shardy)",
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** The pages by their paths in docs/. */
export function opPages(): ReadonlyMap<string, string> {
  const constraints = findConstraints();
  const from = "src/ir/ops";
  const pages = builtInOps.map(({ name, ops }) => {
    const definitions = ops as readonly unknown[] as readonly OpDefinition[];
    const texts = definitions.map((op) => opText(op, constraints.get(op.name) ?? []));
    return [
      `ops/${name}.md`,
      page([
        heading(`Ops of ${name}`, from),
        `${sentence(DIALECTS[name])} What the letters behind operands and the names of constraints mean, [ops.md](../ops.md) says.`,
        ...texts,
      ]),
    ] as const;
  });
  const rows = builtInOps.map(
    ({ name, ops }) => `| [${name}](ops/${name}.md) | ${ops.length} | ${cell(DIALECTS[name])} |`,
  );
  const index = page([
    heading("Ops", from),
    "Every op is declared once (`src/ir/ops`), and these pages are written from the declarations. Ops of your own come as a dialect: `defineDialect` of `stablegriffin/ir`, handed in with an extension.",
    TYPES,
    ["| dialect | ops | |", "|---|---:|---|", ...rows].join("\n"),
  ]);
  return new Map([["ops.md", index], ...pages]);
}
