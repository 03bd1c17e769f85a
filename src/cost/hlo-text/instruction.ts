/** @file One line of HLO text. */
import { readBackendConfig } from "../backend-config.js";
import { HloError } from "../errors.js";
import type { Instruction, Shape } from "../hlo.js";
import { readConvolution } from "./convolution.js";
import { endOfBracket, readAttributes, readNumbers, splitList, unquote } from "./scan.js";
import { readShape } from "./shape.js";

/** Starts that are operations of their own; all others are written for an async-start of the operation they begin with. */
const OWN_STARTS = [
  "copy-start",
  "async-start",
  "all-reduce-start",
  "all-gather-start",
  "collective-permute-start",
];

/** `%`, comments and the shape that some printers write before an operand do not belong to its name. */
const nameOf = (operand: string): string =>
  operand
    .replaceAll(/\/\*.*?\*\//g, "")
    .trim()
    .split(" ")
    .at(-1)!
    .replace(/^%/, "");

const ATTRIBUTES_THAT_CALL = [
  "condition",
  "body",
  "calls",
  "to_apply",
  "true_computation",
  "false_computation",
];

/**
 * `%name = shape opcode(operands), attributes`, with or without ROOT and `%`.
 * @throws HloError for anything else
 */
export function readInstruction(line: string, where: string): Instruction {
  const [head, name] = /^\s*(?:ROOT )?%?([^\s=]+) = /.exec(line) ?? [];
  if (head === undefined) throw notAnInstruction(line, where);
  const [shape, end] = readShape(line, head.length, where);
  const [call, opcode] = /^ ([a-z][\w-]*)\(/.exec(line.slice(end, end + 80)) ?? [];
  if (call === undefined) throw notAnInstruction(line, where);
  const open = end + call.length - 1;
  const close = endOfBracket(line, open);
  const inside = line.slice(open + 1, close - 1);
  const attributes = readAttributes(line.slice(close));
  const branches = splitList((attributes.get("branch_computations") ?? "").replaceAll(/[{}]/g, ""));
  const contracting = attributes.get("lhs_contracting_dims");
  return {
    name: name!,
    ...started(opcode!, shape, line, where),
    operands: opcode === "parameter" || opcode === "constant" ? [] : splitList(inside).map(nameOf),
    calls: [...ATTRIBUTES_THAT_CALL.flatMap((key) => attributes.get(key) ?? []), ...branches].map(nameOf),
    path: pathOf(attributes.get("metadata") ?? ""),
    target: attributes.has("custom_call_target") ? unquote(attributes.get("custom_call_target")!) : undefined,
    index: opcode === "parameter" ? Number(inside) : numberOf(attributes.get("index")),
    constant: opcode === "constant" ? numberOf(inside) : undefined,
    direction: attributes.get("direction"),
    contracting: contracting === undefined ? undefined : readNumbers(contracting),
    convolution: opcode === "convolution" ? readConvolution(attributes) : undefined,
    ...readBackendConfig(unquote(attributes.get("backend_config") ?? "")),
  };
}

/** Opcode and shape; of a `slice-start`, those of the slice. */
function started(
  opcode: string,
  shape: Shape,
  line: string,
  where: string,
): Pick<Instruction, "opcode" | "shape" | "asynchronous"> {
  if (!opcode.endsWith("-start") || OWN_STARTS.includes(opcode) || shape.kind !== "tuple")
    return { opcode, shape };
  const [, result] = shape.parts;
  if (result === undefined) throw notAnInstruction(line, where);
  return { opcode: opcode.slice(0, -"-start".length), shape: result, asynchronous: true };
}

/** The name of the operation that it comes from; where that has none, its line. */
function pathOf(metadata: string): string | undefined {
  const text = (key: string) => new RegExp(`[{ ]${key}=("(?:[^"\\\\]|\\\\.)*")`).exec(metadata)?.[1];
  const [name, file] = [text("op_name"), text("source_file")];
  if (name !== undefined) return unquote(name);
  const line = /source_line=(\d+)/.exec(metadata)?.[1];
  return file === undefined ? undefined : `${unquote(file).split("/").at(-1)}:${line ?? 0}`;
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;

const notAnInstruction = (line: string, where: string): HloError =>
  new HloError({
    message: "not an HLO instruction",
    expected: "%name = shape opcode(operands), attributes",
    got: line.trim().slice(0, 80),
    where,
  });
