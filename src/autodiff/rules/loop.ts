/**
 * @file The gradient of a loop that counts: a loop that counts backwards. What an iteration made and its gradient needs is saved by
 * iteration; what the body takes from around it gets its cotangent summed up as the loop goes.
 */
import { Builder } from "../../ir/builder.js";
import { returnedValues } from "../../ir/analysis/symbols.js";
import { Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Block, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { addArgument, addResults, makeBlock, makeRegion, setOperands } from "../../ir/rewriter.js";
import { type TensorType, tensorType } from "../../ir/types.js";
import { eraseDeadOperations } from "../../passes/dce.js";
import { zeros, zerosLike } from "../arithmetic.js";
import { capturedBy } from "../../ir/analysis/captures.js";
import { type CountedLoop, countedLoop } from "../../ir/analysis/counted-loop.js";
import { notDifferentiableError } from "../errors.js";
import { reachedBackwards } from "../reach.js";
import { Residuals } from "../residuals.js";
import type { BackwardWalk } from "../rule.js";
import { isStack } from "../../ir/analysis/stacks.js";

type Loop = OperationOf<"stablehlo.while">;

/** Which carried values need a cotangent: active ones that a result with a cotangent comes from, in any number of iterations. */
function slotsOf(walk: BackwardWalk, loop: Loop, cotangents: readonly (Value | undefined)[]) {
  const body = loop.regions[1]!.entry;
  const returned = returnedValues(body);
  const isActive = (slot: number): boolean => walk.activity.has(body.arguments[slot]!);
  let slots = body.arguments.flatMap((_, i) => (cotangents[i] !== undefined && isActive(i) ? [i] : []));
  for (;;) {
    const reached = reachedBackwards(
      body,
      slots.map((slot) => returned[slot]!),
    );
    const next = body.arguments.flatMap((argument, i) =>
      slots.includes(i) || (isActive(i) && reached.has(argument)) ? [i] : [],
    );
    if (next.length === slots.length) return { slots, reached };
    slots = next;
  }
}

/** Which row of the saved values an iteration has, by its counter. */
function rowOf(e: Emitter, counter: Value, { start, step, trips }: CountedLoop): Value {
  const first = step > 0 ? start : start + (trips - 1) * step;
  const from = first === 0 ? counter : e.scalar("subtract", counter, first);
  return Math.abs(step) === 1 ? from : e.scalar("divide", from, Math.abs(step));
}

const stackOf = ({ shape, element }: TensorType, trips: number): TensorType =>
  tensorType([trips, ...shape], element);

function startsAt(e: Emitter, row: Value, value: Value): readonly Value[] {
  const zero = e.fill(0, [], typeOf(row).element);
  return [row, ...shapeOf(value).map(() => zero)];
}

/** Makes the loop return values of its body too, stacked by iteration: the stacks. */
function stackValues(loop: Loop, counted: CountedLoop, values: readonly Value[]): readonly Value[] {
  if (values.length === 0) return [];
  const [condition, body] = [loop.regions[0]!.entry, loop.regions[1]!.entry];
  const types = values.map((value) => stackOf(typeOf(value), counted.trips));
  const before = new Emitter(Builder.before(loop));
  setOperands(loop, [...loop.operands, ...types.map((type) => zeros(before, type))]);
  for (const type of types) addArgument(condition, type);
  const end = body.last!;
  const e = new Emitter(Builder.before(end));
  e.builder.location = loop.location;
  const row = rowOf(e, body.arguments[counted.slot]!, counted);
  const written = values.map((value, i) => {
    const stack = addArgument(body, types[i]!);
    return e.dynamicUpdateSlice(stack, e.reshape(value, [1, ...shapeOf(value)]), startsAt(e, row, value));
  });
  setOperands(end, [...end.operands, ...written]);
  return addResults(loop, types);
}

/** Carried values that no iteration changes are what they were before the loop. */
function unchanged(body: Block, loop: Loop): readonly (readonly [Value, Value])[] {
  const returned = returnedValues(body);
  return body.arguments.flatMap((argument, i) =>
    returned[i] === argument ? [[argument, loop.operands[i]!] as const] : [],
  );
}

/** Writes the backward loop: its results are the cotangents of `slots`, then of `captured`. */
function backwardLoop(
  walk: BackwardWalk,
  counted: CountedLoop,
  body: Block,
  initial: readonly Value[],
): readonly Value[] {
  const { e } = walk;
  const { start, step, trips, element } = counted;
  const last = e.fill(start + (trips - 1) * step, [], element);
  const types = [last.type, ...initial.map((value) => value.type)];
  const condition = e.builder.region(types, (args, inner) => {
    const more = new Emitter(inner).compareTo(step > 0 ? "GE" : "LE", args[0]!, start);
    inner.create("stablehlo.return", [more], {});
  });
  const options = { regions: [condition, makeRegion([body])], results: types };
  return e.builder.create("stablehlo.while", [last, ...initial], {}, options).results.slice(1);
}

/** The gradient of a loop while it is written. */
interface Gradient {
  readonly walk: BackwardWalk;
  readonly loop: Loop;
  readonly counted: CountedLoop;
  readonly cotangents: readonly (Value | undefined)[];
  /** Carried values whose cotangent is carried backwards. */
  readonly slots: readonly number[];
  /** Carried values that are stacks of constants: their cotangent is there as a whole. */
  readonly stacks: readonly number[];
  /** What the body takes from around it, with cotangents that are summed up. */
  readonly captured: readonly Value[];
}

function gradientOf(
  walk: BackwardWalk,
  loop: Loop,
  counted: CountedLoop,
  cotangents: readonly (Value | undefined)[],
): Gradient {
  const { activity } = walk;
  const { slots, reached } = slotsOf(walk, loop, cotangents);
  // Each row of a stack is written by one iteration, so its cotangent is that of the whole, whichever iteration reads it.
  const isWhole = (slot: number): boolean =>
    cotangents[slot] !== undefined && !activity.has(loop.operands[slot]!) && isStack(loop, counted, slot);
  return {
    walk,
    loop,
    counted,
    cotangents,
    slots: slots.filter((slot) => !isWhole(slot)),
    stacks: slots.filter(isWhole),
    captured: capturedBy(loop).filter((value) => activity.has(value) && reached.has(value)),
  };
}

/** The body of the backward loop, as if it saw the values of the forward one: (counter, cotangents of slots, sums of captured). */
function backwardBody({ walk, loop, counted, cotangents, slots, stacks, captured }: Gradient): Block {
  const body = loop.regions[1]!.entry;
  const returned = returnedValues(body);
  const carried = [...slots.map((slot) => loop.operands[slot]!), ...captured];
  const block = makeBlock([tensorType([], counted.element), ...carried.map((value) => value.type)]);
  const [count, ...sums] = block.arguments as readonly [Value, ...Value[]];
  const inner = walk.nested(block);
  captured.forEach((value, i) => {
    inner.set(value, sums[slots.length + i]!);
  });
  slots.forEach((slot, i) => {
    inner.give(returned[slot]!, () => sums[i]!);
  });
  for (const slot of stacks) inner.give(returned[slot]!, () => cotangents[slot]!);
  inner.walk(body.operations.slice(0, -1));
  const results = [
    inner.e.scalar("add", count, -counted.step),
    ...slots.map((slot) => inner.cotangentOrZeros(body.arguments[slot]!)),
    ...captured.map((value) => inner.cotangentOrZeros(value)),
  ];
  inner.e.builder.create("stablehlo.return", results, {});
  eraseDeadOperations(block);
  return block;
}

/** Saves what the backward body needs of the forward one, and makes it read that. */
function resolveBody({ loop, counted }: Gradient, block: Block): void {
  const body = loop.regions[1]!.entry;
  const count = block.arguments[0]!;
  const known = new Map([[body.arguments[counted.slot]!, count], ...unchanged(body, loop)]);
  const residuals = new Residuals({ backward: block, forward: body, known });
  const { saved } = residuals;
  const stacks = new Map(stackValues(loop, counted, saved).map((stack, i) => [saved[i]!, stack]));
  residuals.resolve((value, at) => {
    const read = new Emitter(at);
    const starts = startsAt(read, rowOf(read, count, counted), value);
    return read.reshape(
      read.dynamicSlice(stacks.get(value)!, starts, [1, ...shapeOf(value)]),
      shapeOf(value),
    );
  });
}

/** @throws DifferentiationError for a loop of which it is not known how often it runs */
export function loopGradient(
  walk: BackwardWalk,
  loop: Loop,
  cotangents: readonly (Value | undefined)[],
): void {
  const counted = countedLoop(loop);
  if (counted === undefined)
    throw notDifferentiableError(
      loop,
      "it is not known how often the loop runs, so what its iterations made cannot be saved",
      "use scan, or count from a constant to a constant by a constant",
    );
  if (counted.trips === 0) {
    loop.operands.forEach((operand, i) => {
      const cotangent = cotangents[i];
      if (cotangent !== undefined) walk.give(operand, () => cotangent);
    });
    return;
  }
  const gradient = gradientOf(walk, loop, counted, cotangents);
  const { slots, captured } = gradient;
  const block = backwardBody(gradient);
  resolveBody(gradient, block);
  const initial = [
    ...slots.map((slot) => cotangents[slot] ?? zerosLike(walk.e, loop.operands[slot]!)),
    ...captured.map((value) => walk.cotangentOrZeros(value)),
  ];
  const finals = backwardLoop(walk, counted, block, initial);
  // The sums of what is captured began with what was there; an initial value that is captured too gets its part afterwards.
  captured.forEach((value, i) => {
    walk.set(value, finals[slots.length + i]!);
  });
  slots.forEach((slot, i) => {
    walk.give(loop.operands[slot]!, () => finals[i]!);
  });
}
