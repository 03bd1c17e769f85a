/**
 * @file Random programs of model ops and StableHLO: operands of every op come from inputs, parameters, states and constants in every mix,
 * layers are written one after the other, in numbered scopes, or as calls of a private function. Axes: b batch, t time, c channels
 * (h heads of d), w window, k taps.
 */
import fc from "fast-check";
import { stringAttribute } from "../../src/ir/attribute.js";
import { Builder } from "../../src/ir/builder.js";
import { type Elements, elementsFromNumbers } from "../../src/ir/elements.js";
import { Emitter, shapeOf } from "../../src/ir/emit.js";
import { nameLocation } from "../../src/ir/location.js";
import type { Operation, Value } from "../../src/ir/operation.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../../src/ir/rewriter.js";
import type { Precision } from "../../src/ir/precision.js";
import { elementCount, functionType, type TensorType, tensorType } from "../../src/ir/types.js";
import {
  CHANNELS,
  HEAD,
  HEADS,
  makers,
  Pool,
  sharedWords,
  type Step,
  TAPS,
  wave,
  WINDOW,
  WORDS,
} from "./random-steps.js";

export interface RandomModel {
  readonly batch: number;
  readonly time: number;
  readonly layers: number;
  /** How layers are written. */
  readonly form: "straight" | "scopes" | "calls";
  /** What the first layer reads: an input, or words of a table. */
  readonly start: "input" | "words";
  /** What comes back: whatever was made last, or one row and states, as programs that read a prompt do. */
  readonly gives: "all" | "states";
  readonly steps: readonly Step[];
  /** Of the numbers that the program is run on. */
  readonly seed: number;
  /** What all products, and ops that are made of them, state. */
  readonly precision?: Precision;
}

interface ArgumentOfModel {
  readonly role: "input" | "parameter" | "state";
  readonly type: TensorType;
  /** The `i`-th number of it. */
  number(i: number, seed: number): number;
}

const small = (i: number, seed: number): number => 0.6 * wave(i, seed);
const decay = (i: number, seed: number): number => 0.5 + 0.45 * wave(i, seed);
const position = (i: number, seed: number): number => Math.abs(Math.round(3 * wave(i, seed)));
const word = (i: number, seed: number): number => (i * 3 + seed) % WORDS;

/** What `@main` takes. Each kind of tensor comes in every role that it can have. */
function argumentsOf({ batch: b, time: t }: RandomModel): readonly ArgumentOfModel[] {
  const floats = (
    role: ArgumentOfModel["role"],
    shape: readonly number[],
    number = small,
  ): ArgumentOfModel => ({ role, type: tensorType(shape, "f32"), number });
  const whole = (
    role: ArgumentOfModel["role"],
    shape: readonly number[],
    number = position,
  ): ArgumentOfModel => ({ role, type: tensorType(shape, "i32"), number });
  const ring = [b, WINDOW, HEAD];
  return [
    floats("parameter", [HEADS, HEAD, HEAD]),
    floats("parameter", [HEADS, HEAD, 2 * HEAD]),
    floats("parameter", [HEADS, 2 * HEAD]),
    floats("parameter", [CHANNELS, TAPS]),
    floats("state", [b, TAPS - 1, CHANNELS]),
    floats("state", ring),
    floats("parameter", ring),
    whole("input", [b]),
    whole("parameter", [b]),
    floats("parameter", [WORDS, CHANNELS]),
    floats("parameter", [CHANNELS, CHANNELS]),
    floats("parameter", [CHANNELS]),
    floats("parameter", [t, CHANNELS]),
    floats("state", [b, CHANNELS]),
    floats("input", [b, CHANNELS]),
    floats("parameter", [b, t, HEAD]),
    floats("input", [b, t, HEAD]),
    whole("parameter", [b, t]),
    whole("input", [b, t]),
    whole("input", [b, t], word),
    floats("state", [b, t, CHANNELS], decay),
    floats("parameter", [b, t, CHANNELS], decay),
    floats("input", [b, t, CHANNELS], decay),
    floats("input", [b, t, CHANNELS]),
  ];
}

/** The numbers of each argument, in order. */
export const argumentElements = (model: RandomModel): readonly Elements[] =>
  argumentsOf(model).map(({ type, number }, a) =>
    elementsFromNumbers(
      type,
      Array.from({ length: elementCount(type.shape) }, (_, i) => number(i, model.seed + a)),
    ),
  );

/** Applies the steps of a layer; gives the values made, rows [b, t, c] last. */
function layer(e: Emitter, model: RandomModel, given: readonly Value[]): readonly Value[] {
  const pool = new Pool(e, model, given);
  const before = pool.values.length;
  for (const { kind, picks } of model.steps) pool.values.push(...makers[kind % makers.length]!(pool, picks));
  const made = pool.values.slice(before);
  const rows = made.filter((value) => shapeOf(value).join() === pool.shape.join());
  return [...made, rows.at(-1) ?? given.at(-1)!];
}

function makeFunction(
  name: string,
  types: readonly TensorType[],
  attributes: object,
  precision: Precision | undefined,
  build: (builder: Builder, given: readonly Value[]) => readonly Value[],
): { readonly func: Operation; readonly results: readonly TensorType[] } {
  const block = makeBlock(types);
  const builder = Builder.atEnd(block);
  builder.precision = precision;
  const values = build(builder, block.arguments);
  builder.create("func.return", values, {});
  const results = values.map((value) => value.type as TensorType);
  const func = makeOperation({
    name: "func.func",
    attributes: { sym_name: name, function_type: functionType(types, results), ...attributes },
    regions: [makeRegion([block])],
  });
  return { func, results };
}

/** A fresh module of the program. */
export function makeModel(model: RandomModel): Operation {
  const taken = argumentsOf(model);
  const types = taken.map(({ type }) => type);
  const body = makeBlock([]);
  const inner =
    model.form === "calls"
      ? makeFunction("layer", types, { sym_visibility: "private" }, model.precision, (builder, given) =>
          layer(new Emitter(builder), model, given),
        )
      : undefined;
  const arg_attrs = taken.map(({ role }, i) =>
    role === "input" ? new Map() : new Map([[`griffin.${role}`, stringAttribute(`${i}`)]]),
  );
  const entry = { sym_visibility: "public", arg_attrs };
  const { func } = makeFunction("main", types, entry, model.precision, (builder, given) => {
    const e = new Emitter(builder);
    const pool = new Pool(e, model, given);
    const start = model.start === "input" ? given.at(-1)! : sharedWords(pool, pool.positions(0));
    let values = [...given.slice(0, -1), start];
    let made: readonly Value[] = [];
    for (let i = 0; i < model.layers; i++) {
      if (model.form === "scopes") builder.location = nameLocation(`layers.${i}/block`);
      made =
        inner === undefined
          ? layer(new Emitter(builder), model, values)
          : builder.create("func.call", values, { callee: "layer" }, { results: inner.results }).results;
      values = [...given.slice(0, -1), made.at(-1)!];
    }
    builder.location = nameLocation("end");
    if (model.gives === "all") return made.slice(-3);
    const { time } = model;
    const states = made.filter(({ type }) => (type as TensorType).shape.length === 2);
    return [e.slice(made.at(-1)!, 1, time - 1, time), ...states.slice(-2)];
  });
  insertOperation(func, body);
  if (inner !== undefined) insertOperation(inner.func, body);
  return makeOperation({ name: "builtin.module", regions: [makeRegion([body])] });
}

const pick = fc.oneof(fc.nat(2), fc.nat(30));

export const modelArbitrary: fc.Arbitrary<RandomModel> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  time: fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 16, 24),
  layers: fc.integer({ min: 1, max: 2 }),
  form: fc.constantFrom("straight", "scopes", "calls"),
  start: fc.constantFrom("input", "words"),
  gives: fc.constantFrom("all", "states"),
  steps: fc.array(fc.record({ kind: fc.nat(makers.length - 1), picks: fc.tuple(pick, pick, pick, pick) }), {
    minLength: 1,
    maxLength: 9,
  }),
  seed: fc.nat(1000),
});

/** Steps of every kind, once. */
export const everyKind: readonly Step[] = makers.map((_, kind) => ({ kind, picks: [0, 1, 2, 3] }));
