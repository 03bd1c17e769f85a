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
import { capturedBy } from "../captures.js";
import { type CountedLoop, countedLoop } from "../counted-loop.js";
import { notDifferentiableError } from "../errors.js";
import { reachedBackwards } from "../reach.js";
import { Residuals } from "../residuals.js";
import type { BackwardWalk } from "../rule.js";

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
  const { e, activity } = walk;
  const body = loop.regions[1]!.entry;
  const { slots, reached } = slotsOf(walk, loop, cotangents);
  const captured = capturedBy(loop).filter((value) => activity.has(value) && reached.has(value));
  const counter = tensorType([], counted.element);
  const carried = [...slots.map((slot) => loop.operands[slot]!), ...captured];
  const block = makeBlock([counter, ...carried.map((value) => value.type)]);
  const [count, ...sums] = block.arguments as readonly [Value, ...Value[]];

  const inner = walk.nested(block);
  captured.forEach((value, i) => {
    inner.set(value, sums[slots.length + i]!);
  });
  const returned = returnedValues(body);
  slots.forEach((slot, i) => {
    inner.give(returned[slot]!, () => sums[i]!);
  });
  const operations = body.operations.slice(0, -1);
  inner.walk(operations);
  const next = inner.e.scalar("add", count, -counted.step);
  const results = [
    ...slots.map((slot) => inner.cotangentOrZeros(body.arguments[slot]!)),
    ...captured.map((value) => inner.cotangentOrZeros(value)),
  ];
  inner.e.builder.create("stablehlo.return", [next, ...results], {});
  eraseDeadOperations(block);

  const known = new Map([[body.arguments[counted.slot]!, count], ...unchanged(body, loop)]);
  const residuals = new Residuals({ backward: block, forward: body, known });
  const stacks = new Map(
    stackValues(loop, counted, residuals.saved).map((stack, i) => [residuals.saved[i]!, stack]),
  );
  residuals.resolve((value, at) => {
    const read = new Emitter(at);
    const row = rowOf(read, count, counted);
    const one = read.dynamicSlice(stacks.get(value)!, startsAt(read, row, value), [1, ...shapeOf(value)]);
    return read.reshape(one, shapeOf(value));
  });

  const initial = [
    ...slots.map((slot) => cotangents[slot] ?? zerosLike(e, loop.operands[slot]!)),
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
