/** @file HLO is checked once, where it is read: what counts it follows names, calls and places without looking again. */
import { ownValue } from "../support/own-value.js";
import { HloError } from "./errors.js";
import type { Computation, Instruction, Module, Shape } from "./hlo.js";
import { reachOf, stepsOf } from "./window.js";

/** Computations that call one another in a row; compilers nest a few. */
const MAX_DEPTH = 100;
/** Instructions once every call stands for what it calls. */
const MAX_EXPANDED = 1_000_000;
/** Copies, bitcasts and reshapes in a row. */
const MAX_RENAMES = 1000;
/** Steps in which one dimension of a convolution's window is counted: a second of the processor. */
const MAX_WINDOW_STEPS = 2 ** 22;

const WHOLE = "take the whole module as the compiler wrote it (--xla_dump_to)";

/** Fewest and most operands, where the count reads them by their places. */
const OPERANDS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  parameter: [0, 0],
  add: [2, 2],
  bitcast: [1, 1],
  compare: [2, 2],
  convolution: [2, 2],
  copy: [1, 1],
  dot: [2, Infinity],
  "dynamic-slice": [1, Infinity],
  "dynamic-update-slice": [2, Infinity],
  gather: [2, 2],
  "get-tuple-element": [1, 1],
  reshape: [1, 1],
  scatter: [3, Infinity],
  slice: [1, 1],
  while: [1, 1],
};

/** Fewest and most computations called. */
const CALLS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  "async-start": [1, 1],
  call: [1, 1],
  conditional: [1, Infinity],
  fusion: [1, 1],
  while: [2, 2],
};

/** What hands each operand to a parameter of what it calls. */
const HANDS_ON = ["async-start", "call", "fusion"];
const RENAMES = ["bitcast", "copy", "reshape"];

/**
 * Checks what all counting relies on: names, operands before their users, calls that end, parts that an opcode needs.
 * @param where for messages; @param places of instructions, where they are known more closely
 * @returns the module
 * @throws HloError for the first fault
 */
export function checkModule(
  module: Module,
  where: string,
  places: ReadonlyMap<Instruction, string> = new Map(),
): Module {
  for (const computation of module.computations.values())
    checkComputation(module, computation, where, places);
  checkCalls(module, where);
  for (const computation of module.computations.values()) {
    for (const instruction of computation.instructions.values())
      checkParts(module, computation, instruction, places.get(instruction) ?? where);
  }
  return module;
}

/** @throws HloError for a name that is empty, or taken */
export function checkNewName(
  taken: { readonly has: (name: string) => boolean },
  name: string,
  what: "instruction" | "computation",
  where: string,
): void {
  if (name === "")
    throw new HloError({
      message: `${what} without a name`,
      expected: "a name",
      got: '""',
      where,
      hint: WHOLE,
    });
  if (!taken.has(name)) return;
  throw new HloError({
    message: `${what} ${name} is there twice`,
    expected: "names that differ",
    got: name,
    where,
    hint: "one of the two would not be counted: rename it",
  });
}

function checkComputation(
  { computations }: Module,
  computation: Computation,
  where: string,
  places: ReadonlyMap<Instruction, string>,
): void {
  const { name, instructions, parameters } = computation;
  const root: Instruction | undefined = computation.root;
  if (root === undefined)
    throw broken(`computation ${name} has no root`, "an instruction that is its result", where);
  parameters.forEach((parameter, i) => {
    const place = places.get(parameter) ?? where;
    if (parameter.index !== i)
      throw broken(
        `parameters of ${name} are not numbered in a row`,
        `parameter(${i})`,
        place,
        `${parameter.index}`,
      );
  });
  const before = new Set<string>();
  const renames = new Map<string, number>();
  for (const { name: user, opcode, operands, calls } of instructions.values()) {
    const place = places.get(instructions.get(user)!) ?? where;
    for (const operand of operands) {
      if (!instructions.has(operand))
        throw missing(user, operand, "an instruction of its computation", place);
      if (!before.has(operand))
        throw broken(
          `${user} reads ${operand}, which comes after it`,
          "operands before their users",
          place,
          operand,
        );
    }
    for (const call of calls) {
      if (!computations.has(call)) throw missing(user, call, "a computation of the module", place);
    }
    // Of the first operand alone: that there is no other is checked with all parts of an opcode.
    const inRow = RENAMES.includes(opcode) ? 1 + (renames.get(operands[0] ?? "") ?? 0) : 0;
    if (inRow > MAX_RENAMES)
      throw tooMuch(
        `${user} ends a row of too many copies, bitcasts and reshapes`,
        MAX_RENAMES,
        inRow,
        place,
      );
    renames.set(user, inRow);
    before.add(user);
  }
}

/** A computation whose calls are being followed. */
interface Visit {
  readonly computation: Computation;
  readonly calls: readonly string[];
  next: number;
}

/** How deep calls go, and how many instructions there are when each stands for what it calls. */
interface Expansion {
  readonly depth: number;
  readonly instructions: number;
}

/** Follows all calls, each computation once, without recursion. */
function checkCalls({ computations }: Module, where: string): void {
  const known = new Map<string, Expansion>();
  for (const first of computations.keys()) {
    if (known.has(first)) continue;
    const open = new Map([[first, visit(computations.get(first)!)]]);
    const row = [...open.values()];
    for (let top = row.at(-1); top !== undefined; top = row.at(-1)) {
      const call = top.calls[top.next++];
      if (call === undefined) {
        known.set(top.computation.name, expansionOf(top, known, where));
        open.delete(top.computation.name);
        row.pop();
      } else if (open.has(call)) {
        throw circle([...open.keys(), call], where);
      } else if (!known.has(call)) {
        const inner = visit(computations.get(call)!);
        open.set(call, inner);
        row.push(inner);
      }
    }
  }
}

const visit = (computation: Computation): Visit => ({
  computation,
  calls: [...computation.instructions.values()].flatMap(({ calls }) => calls),
  next: 0,
});

function expansionOf(
  { computation: { name, instructions }, calls }: Visit,
  known: ReadonlyMap<string, Expansion>,
  where: string,
): Expansion {
  let expanded = instructions.size;
  let depth = 1;
  for (const call of calls) {
    const inner = known.get(call)!;
    expanded += inner.instructions;
    depth = Math.max(depth, 1 + inner.depth);
  }
  if (depth > MAX_DEPTH) throw tooMuch(`calls in ${name} are nested too deeply`, MAX_DEPTH, depth, where);
  if (expanded > MAX_EXPANDED)
    throw tooMuch(`calls in ${name} expand to too many instructions`, MAX_EXPANDED, expanded, where);
  return { depth, instructions: expanded };
}

function checkParts(module: Module, computation: Computation, instruction: Instruction, where: string): void {
  const { name, opcode, operands, calls, shape } = instruction;
  checkNumber(ownValue(OPERANDS, opcode), `${opcode} ${name}`, "operands", operands.length, where);
  checkNumber(ownValue(CALLS, opcode), `${opcode} ${name}`, "called computations", calls.length, where);
  const shapes = operands.map((operand) => computation.instructions.get(operand)!.shape);
  if (HANDS_ON.includes(opcode)) {
    const { parameters } = module.computations.get(calls[0]!)!;
    const count = parameters.length;
    checkNumber([count, count], `${opcode} ${name} of ${calls[0]}`, "operands", operands.length, where);
    const differs = parameters.find((parameter, i) => arity(parameter.shape) !== arity(shapes[i]!));
    if (differs !== undefined)
      throw broken(
        `${opcode} ${name} hands ${differs.name} of ${calls[0]} a tuple of another size`,
        `${arity(differs.shape) ?? "no"} parts`,
        where,
        `${arity(shapes[differs.index!]!) ?? "no"} parts`,
      );
  }
  if (opcode === "tuple") {
    const count = arity(shape) ?? -1;
    if (count !== operands.length)
      throw broken(
        `tuple ${name} and its shape differ`,
        "an operand for each part",
        where,
        `${operands.length} operands`,
      );
  }
  if (
    opcode === "get-tuple-element" &&
    !((instruction.index ?? -1) >= 0 && instruction.index! < (arity(shapes[0]!) ?? 0))
  )
    throw broken(
      `${name} takes no element of a tuple`,
      "index of a part of its operand",
      where,
      `${instruction.index}`,
    );
  if (opcode === "copy-start" && arity(shape) === 0)
    throw broken(`copy-start ${name} has no result`, "a tuple of target, source and state", where, "()");
  if (opcode === "scatter" && operands.length % 2 === 0)
    throw broken(
      `scatter ${name} has arrays and updates that do not pair`,
      "an odd number of operands",
      where,
      `${operands.length}`,
    );
  if (opcode === "while") checkState(module, instruction, shapes[0]!, where);
  if (opcode === "dot" || opcode === "convolution")
    checkProduct(instruction, [...shapes.slice(0, 2), shape], where);
}

/** What a loop carries has as many parts everywhere. */
function checkState(
  { computations }: Module,
  { name, calls, shape }: Instruction,
  state: Shape,
  where: string,
): void {
  const [condition, body] = calls.map((call) => computations.get(call)!);
  const carried = [...condition!.parameters, ...body!.parameters, body!.root].map((value) => value.shape);
  const parts = arity(state);
  if ([shape, ...carried].every((other) => arity(other) === parts)) return;
  throw broken(`while ${name} carries tuples of different sizes`, `${parts ?? "no"} parts everywhere`, where);
}

/** Sizes of a dot or a convolution that its flops are made of. */
function checkProduct(
  { name, opcode, contracting = [], convolution }: Instruction,
  shapes: readonly Shape[],
  where: string,
): void {
  const [left, right, result] = shapes.map((shape) =>
    shape.kind === "array" ? shape.dimensions : undefined,
  );
  if (left === undefined || right === undefined || result === undefined)
    throw broken(
      `${opcode} ${name} is not of arrays`,
      "two arrays, and an array as its result",
      where,
      "a tuple",
    );
  const dimensions = (list: readonly number[], of: readonly number[]) =>
    list.every((i) => of[i] !== undefined);
  if (!dimensions(contracting, left))
    throw broken(
      `${opcode} ${name} sums over a dimension that is not there`,
      `below ${left.length}`,
      where,
      `${contracting}`,
    );
  if (opcode === "dot" || convolution === undefined) return;
  const { window, input, kernel, output } = convolution;
  const isThere =
    dimensions(input.spatial, left) &&
    dimensions([kernel.inputFeature], right) &&
    dimensions([output.batch, output.feature, ...output.spatial], result) &&
    input.spatial.length === window.length &&
    output.spatial.length === window.length;
  if (!isThere)
    throw broken(
      `convolution ${name} names dimensions that are not there`,
      "one of its arrays for each label",
      where,
    );
  window.forEach((dimension, i) => {
    const { size, stride, paddingLow, windowDilation, baseDilation } = dimension;
    const positive = [size, stride, windowDilation, baseDilation];
    if (!positive.every((value) => Number.isSafeInteger(value) && value > 0))
      throw broken(
        `convolution ${name} has a window that is none`,
        "whole numbers above 0",
        where,
        `${positive}`,
      );
    if (!Number.isSafeInteger(paddingLow))
      throw broken(
        `convolution ${name} has a padding that is none`,
        "a whole number",
        where,
        `${paddingLow}`,
      );
    const outputs = result[output.spatial[i]!]!;
    const tooLarge = `the window of convolution ${name} is too large to be counted`;
    const steps = stepsOf(dimension, outputs);
    if (steps > MAX_WINDOW_STEPS) throw tooMuch(tooLarge, MAX_WINDOW_STEPS, steps, where);
    const reach = reachOf(dimension, left[input.spatial[i]!]!, outputs);
    if (reach > Number.MAX_SAFE_INTEGER) throw tooMuch(tooLarge, Number.MAX_SAFE_INTEGER, reach, where);
  });
}

/** Parts of a tuple; undefined for an array. */
const arity = (shape: Shape): number | undefined => (shape.kind === "tuple" ? shape.parts.length : undefined);

function checkNumber(
  range: readonly [least: number, most: number] | undefined,
  what: string,
  of: string,
  got: number,
  where: string,
): void {
  if (range === undefined || (got >= range[0] && got <= range[1])) return;
  const [least, most] = range;
  const expected = least === most ? `${least}` : `${least} or more`;
  throw broken(`${what} has a wrong number of ${of}`, expected, where, `${got}`);
}

const broken = (message: string, expected: string, where: string, got = "none"): HloError =>
  new HloError({ message, expected, got, where, hint: WHOLE });

const missing = (user: string, name: string, expected: string, where: string): HloError =>
  broken(`${user} refers to ${name}, which is not there`, expected, where, name);

const tooMuch = (message: string, most: number, got: number, where: string): HloError =>
  broken(message, `at most ${most}`, where, `${got}`);

function circle(row: readonly string[], where: string): HloError {
  const names = row.slice(row.indexOf(row.at(-1)!));
  return new HloError({
    message: `computation ${names[0]} calls itself`,
    expected: "calls that end",
    got: names.join(" -> "),
    where,
    hint: "HLO has no recursion: write a while",
  });
}
