/** @file How often a while loop turns: what the compiler noted, else what its condition compares with. */
import { ownValue } from "../support/own-value.js";
import { type Computation, type Instruction, type Module, operandsOf } from "./hlo.js";

/** A loop, the computation it stands in, and the loop around that. */
export interface Loop {
  readonly loop: Instruction;
  readonly within: Computation;
  readonly outer: Loop | undefined;
}

/** A comparison of two values of the condition; undefined is one that a fusion makes inside. */
interface Comparison {
  readonly direction: string;
  readonly left: Instruction | undefined;
  readonly right: Instruction | undefined;
}

const MIRRORED: Readonly<Record<string, string>> = { LT: "GT", LE: "GE", GT: "LT", GE: "LE", NE: "NE" };

/** Whether a counter that comes nearer by `step` ends a loop that goes on while it compares so; `distance` is what it has to go. */
const ENDS: Readonly<Record<string, (distance: number, step: number) => boolean>> = {
  LT: (_, step) => step > 0,
  LE: (_, step) => step > 0,
  NE: (distance, step) => distance % step === 0 && distance / step >= 0,
  GT: (_, step) => step < 0,
  GE: (_, step) => step < 0,
};

/** Turns of a loop; undefined when they depend on data, or on arithmetic that is not followed here. */
export function tripsOf(module: Module, at: Loop): number | undefined {
  if (at.loop.trips !== undefined) return at.loop.trips;
  const [condition, body] = at.loop.calls.map((name) => module.computations.get(name)!);
  const comparison = comparisonOf(module, condition!);
  if (comparison === undefined) return undefined;
  const { direction, left, right } = comparison;
  const turns = (counter: Instruction | undefined, bound: Instruction | undefined, asks: string) =>
    count(module, at, body!, elementOf(condition!, counter), limitOf(module, at, condition!, bound), asks);
  return turns(left, right, direction) ?? turns(right, left, ownValue(MIRRORED, direction) ?? "");
}

/** The number that a counter is compared with: a constant, or what every turn hands on. */
function limitOf(
  module: Module,
  at: Loop,
  condition: Computation,
  bound: Instruction | undefined,
): number | undefined {
  if (bound?.opcode === "constant") return bound.constant;
  const index = elementOf(condition, bound);
  return index === undefined ? undefined : carried(module, at, index);
}

function count(
  module: Module,
  at: Loop,
  body: Computation,
  counter: number | undefined,
  limit: number | undefined,
  direction: string,
): number | undefined {
  if (counter === undefined || limit === undefined) return undefined;
  const start = initialValue(module, at, counter);
  const step = stepOf(module, body, counter);
  if (start === undefined || step === undefined || step === 0) return undefined;
  const distance = direction === "LE" || direction === "GE" ? limit + Math.sign(step) - start : limit - start;
  const ends = ownValue(ENDS, direction)?.(distance, step) === true;
  return ends ? Math.max(0, Math.ceil(distance / step)) : undefined;
}

/** The root's comparison, also when it stands in a fusion. */
function comparisonOf(module: Module, condition: Computation): Comparison | undefined {
  const { root } = condition;
  if (root.opcode === "compare" && root.direction !== undefined) {
    const [left, right] = operandsOf(condition, root).map((value) => plain(condition, value));
    return { direction: root.direction, left: left!, right: right! };
  }
  if (root.opcode !== "fusion") return undefined;
  const inner = comparisonOf(module, module.computations.get(root.calls[0]!)!);
  if (inner === undefined) return undefined;
  return {
    direction: inner.direction,
    left: seenOutside(condition, root, inner.left),
    right: seenOutside(condition, root, inner.right),
  };
}

/** A value of a fused computation as the computation around has it: constants and what was handed in; undefined for all else. */
function seenOutside(
  around: Computation,
  fusion: Instruction,
  value: Instruction | undefined,
): Instruction | undefined {
  if (value?.opcode === "constant") return value;
  if (value?.opcode !== "parameter") return undefined;
  return plain(around, operandsOf(around, fusion)[value.index!]!);
}

/** A value without the copies and bitcasts around it. */
function plain(computation: Computation, value: Instruction): Instruction {
  if (value.opcode !== "copy" && value.opcode !== "bitcast") return value;
  return plain(computation, operandsOf(computation, value)[0]!);
}

/** The number that a loop begins with at a place of its tuple. */
function initialValue(module: Module, { loop, within, outer }: Loop, index: number): number | undefined {
  const tuple = operandsOf(within, loop)[0]!;
  if (tuple.opcode !== "tuple") return undefined;
  const value = plain(within, operandsOf(within, tuple)[index]!);
  if (value.opcode === "constant") return value.constant;
  const from = elementOf(within, value);
  return from === undefined || outer === undefined ? undefined : carried(module, outer, from);
}

/** The number at a place of a loop's tuple, if every turn hands it on as it is. */
function carried(module: Module, at: Loop, index: number): number | undefined {
  const body = module.computations.get(at.loop.calls[1]!)!;
  if (body.root.opcode !== "tuple") return undefined;
  const next = plain(body, operandsOf(body, body.root)[index]!);
  return elementOf(body, next) === index ? initialValue(module, at, index) : undefined;
}

/** Which part of what the loop carries a value of its condition or body is; undefined for all that is something else. */
function elementOf(computation: Computation, value: Instruction | undefined): number | undefined {
  if (value?.opcode !== "get-tuple-element") return undefined;
  return operandsOf(computation, value)[0]!.opcode === "parameter" ? value.index : undefined;
}

/** What a turn adds to the counter. */
function stepOf(module: Module, body: Computation, index: number): number | undefined {
  if (body.root.opcode !== "tuple") return undefined;
  const next = plain(body, operandsOf(body, body.root)[index]!);
  const terms = addedIn(module, body, next);
  const step = terms.find((term) => term?.opcode === "constant")?.constant;
  return terms.some((term) => elementOf(body, term) === index) ? step : undefined;
}

/** The terms of the addition that makes a value of the body, also when it stands in a fusion; none for what is made otherwise. */
function addedIn(
  module: Module,
  body: Computation,
  value: Instruction,
): readonly (Instruction | undefined)[] {
  if (value.opcode === "add") return operandsOf(body, value).map((term) => plain(body, term));
  if (value.opcode !== "fusion") return [];
  const fused = module.computations.get(value.calls[0]!)!;
  if (fused.root.opcode !== "add") return [];
  return operandsOf(fused, fused.root).map((term) => seenOutside(body, value, plain(fused, term)));
}
