/** @file How often a while loop turns: what the compiler noted, else what its condition compares with. */
import { type Computation, type Instruction, type Module, operandsOf } from "./hlo.js";

/** A loop, the computation it stands in, and the loop around that. */
export interface Loop {
  readonly loop: Instruction;
  readonly within: Computation;
  readonly outer: Loop | undefined;
}

/** A comparison of two values of the condition. */
interface Comparison {
  readonly direction: string;
  readonly left: Instruction;
  readonly right: Instruction;
}

const MIRRORED: Readonly<Record<string, string>> = { LT: "GT", LE: "GE", GT: "LT", GE: "LE", NE: "NE" };

/** Turns of a loop; undefined when they depend on data, or on arithmetic that is not followed here. */
export function tripsOf(module: Module, at: Loop): number | undefined {
  if (at.loop.trips !== undefined) return at.loop.trips;
  const [condition, body] = at.loop.calls.map((name) => module.computations.get(name)!);
  const comparison = comparisonOf(module, condition!);
  if (comparison === undefined) return undefined;
  const { direction, left, right } = comparison;
  return (
    count(module, at, body!, left, right, direction) ??
    count(module, at, body!, right, left, MIRRORED[direction] ?? "")
  );
}

function count(
  module: Module,
  at: Loop,
  body: Computation,
  counter: Instruction,
  bound: Instruction,
  direction: string,
): number | undefined {
  if (counter.opcode !== "get-tuple-element") return undefined;
  const start = initialValue(module, at, counter.index!);
  const step = stepOf(module, body, counter.index!);
  const limit =
    bound.constant ?? (bound.opcode === "get-tuple-element" ? carried(module, at, bound.index!) : undefined);
  if (start === undefined || step === undefined || limit === undefined || step === 0) return undefined;
  const distance = direction === "LE" || direction === "GE" ? limit + Math.sign(step) - start : limit - start;
  const forward = { LT: step > 0, LE: step > 0, NE: true, GT: step < 0, GE: step < 0 }[direction] ?? false;
  return forward ? Math.max(0, Math.ceil(distance / step)) : undefined;
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
  const operands = operandsOf(condition, root);
  const outside = (value: Instruction): Instruction =>
    value.opcode === "parameter" ? plain(condition, operands[value.index!]!) : value;
  return { direction: inner.direction, left: outside(inner.left), right: outside(inner.right) };
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
  const part = operandsOf(within, tuple)[index];
  if (part === undefined) return undefined;
  const value = plain(within, part);
  if (value.opcode === "constant") return value.constant;
  if (value.opcode !== "get-tuple-element" || outer === undefined) return undefined;
  return operandsOf(within, value)[0]!.opcode === "parameter"
    ? carried(module, outer, value.index!)
    : undefined;
}

/** The number at a place of a loop's tuple, if every turn hands it on as it is. */
function carried(module: Module, at: Loop, index: number): number | undefined {
  const body = module.computations.get(at.loop.calls[1]!)!;
  if (body.root.opcode !== "tuple") return undefined;
  const part = operandsOf(body, body.root)[index];
  if (part === undefined) return undefined;
  const next = plain(body, part);
  return isElement(body, next, index) ? initialValue(module, at, index) : undefined;
}

const isElement = (body: Computation, value: Instruction, index: number): boolean =>
  value.opcode === "get-tuple-element" &&
  value.index === index &&
  operandsOf(body, value)[0]!.opcode === "parameter";

/** What a turn adds to the counter. */
function stepOf(module: Module, body: Computation, index: number): number | undefined {
  if (body.root.opcode !== "tuple") return undefined;
  const part = operandsOf(body, body.root)[index];
  if (part === undefined) return undefined;
  const next = plain(body, part);
  const [computation, sum, outside] = addition(module, body, next);
  if (sum === undefined) return undefined;
  const terms = operandsOf(computation, sum).map((term) => outside(plain(computation, term)));
  const step = terms.find(({ opcode }) => opcode === "constant")?.constant;
  return terms.some((term) => isElement(body, term, index)) ? step : undefined;
}

/** The addition that makes a value, where it stands, and how its terms are seen from the body. */
function addition(
  module: Module,
  body: Computation,
  value: Instruction,
): readonly [Computation, Instruction | undefined, (term: Instruction) => Instruction] {
  const same = (term: Instruction): Instruction => term;
  if (value.opcode === "add") return [body, value, same];
  if (value.opcode !== "fusion") return [body, undefined, same];
  const fused = module.computations.get(value.calls[0]!)!;
  const operands = operandsOf(body, value);
  return [
    fused,
    fused.root.opcode === "add" ? fused.root : undefined,
    (term) => (term.opcode === "parameter" ? plain(body, operands[term.index!]!) : term),
  ];
}
