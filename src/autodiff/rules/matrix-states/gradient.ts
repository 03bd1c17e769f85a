/**
 * @file The gradient of linear attention with decays of channels and of the delta rule. Tokens are taken in groups of chunks, which a loop
 * walks when there is more than one: what a group is computed by is there for it alone.
 */
import { Builder } from "../../../ir/builder.js";
import { Emitter, shapeOf, typeOf } from "../../../ir/emit.js";
import type { Operation, Value } from "../../../ir/operation.js";
import { replaceAllUses } from "../../../ir/rewriter.js";
import {
  type MatrixStateInputs,
  matrixStateInputs,
  type MatrixStateOp,
} from "../../../lowering/decompose/matrix-states.js";
import { sumOver, zerosLike } from "../../arithmetic.js";
import type { BackwardWalk } from "../../rule.js";
import { backward, type ChunkTokens, forward, keptOf, keptValues } from "./recurrence.js";

/** Tokens a chunk, a power of two; of fewer tokens, as many as hold them. */
const CHUNK = 32;
/**
 * Numbers of a tensor of tokens that are computed at once: so few that what is made of them stays near a core. Of 4 heads of 64 x 128 and
 * 512 tokens all at once takes 9.3 ms; of the delta rule, 12 heads of 64 x 64 and 256 tokens, twice so many 44 ms and these 37 (least of 40
 * on a busy machine; XLA of jaxlib 0.11.2).
 */
const AT_ONCE = 2 ** 17;

/** How tokens are cut: groups of chunks of c tokens. */
interface Cut {
  readonly groups: number;
  readonly chunks: number;
  readonly c: number;
}

/** @param numbers those that a token has for all heads */
function cutOf(time: number, numbers: number): Cut {
  const c = Math.min(CHUNK, 2 ** Math.ceil(Math.log2(time)));
  const all = Math.ceil(time / c);
  const groups = Math.ceil(all / Math.max(1, Math.floor(AT_ONCE / (c * numbers))));
  return { groups, chunks: Math.ceil(all / groups), c };
}

/** Tensors of tokens for all heads by one of their axes, [h, tokens, ..]. */
interface HeadTokens {
  /** Queries, and of the delta rule what is read. */
  readonly rows: readonly Value[];
  /** Keys, and what is written. */
  readonly columns: readonly Value[];
  readonly value: Value;
  readonly logs: Value;
}

const listed = ({ rows, columns, value, logs }: HeadTokens): readonly Value[] => [
  ...rows,
  ...columns,
  value,
  logs,
];

/** The other way round. */
function fromList(list: readonly Value[]): HeadTokens {
  const s = (list.length - 2) / 2;
  return {
    rows: list.slice(0, s),
    columns: list.slice(s, 2 * s),
    value: list.at(-2)!,
    logs: list.at(-1)!,
  };
}

/** All tokens, filled up with such as change nothing. */
function headTokens(e: Emitter, inputs: MatrixStateInputs, { groups, chunks, c }: Cut): HeadTokens {
  const { query, key, value, logDecay, delta } = inputs;
  const [o, n, time] = shapeOf(value) as [number, number, number];
  const k = shapeOf(query)[2]!;
  const filled = (x: Value): Value => e.pad(x, 1, 0, groups * chunks * c - time, 0);
  const ofHeads = (x: Value): Value => filled(e.reshape(x, [o * n, time, shapeOf(x)[3]!]));
  const shared = (x: Value): Value => ofHeads(e.broadcast(x, [o, n, time, k], [0, 2, 3]));
  return {
    rows: [shared(query), ...(delta === undefined ? [] : [ofHeads(delta.read)])],
    columns: [shared(key), ...(delta === undefined ? [] : [ofHeads(delta.write)])],
    value: ofHeads(value),
    logs: ofHeads(e.broadcast(logDecay, [o, n, time, k], [0, 1, 2, 3])),
  };
}

/** The tokens of a group in chunks. */
function inChunks(e: Emitter, { rows, columns, value, logs }: HeadTokens, c: number): ChunkTokens {
  const cut = (x: Value): Value => cutInto(e, x, c);
  return { rows: rows.map(cut), columns: columns.map(cut), value: cut(value), logs: cut(logs) };
}

/** [h, tokens, x] by chunks, [h * chunks, c, x]. */
function cutInto(e: Emitter, x: Value, c: number): Value {
  const [h, tokens, width] = shapeOf(x) as [number, number, number];
  return e.reshape(x, [(h * tokens) / c, c, width]);
}

/** The other way round, of h heads. */
function together(e: Emitter, x: Value, h: number): Value {
  const width = shapeOf(x).at(-1)!;
  return e.reshape(x, [h, (shapeOf(x)[0]! * shapeOf(x)[1]!) / h, width]);
}

/** A group's place among all tokens, or all. */
interface Groups {
  readonly count: number;
  /** Tokens a group. */
  readonly tokens: number;
}

/**
 * A loop over groups, or what it does once.
 * @param shapes of the tensors that are stacked; those of tokens have them in axis 1, others are stacked by groups in axis 0
 */
function overGroups(
  e: Emitter,
  { count, tokens }: Groups,
  isBackwards: boolean,
  state: Value,
  stacked: readonly { readonly shape: readonly number[]; readonly ofTokens: boolean }[],
  step: (
    e: Emitter,
    read: (x: Value, ofTokens: boolean) => Value,
    state: Value,
  ) => { readonly next: Value; readonly made: readonly Value[] },
): { readonly last: Value; readonly stacks: readonly Value[] } {
  if (count === 1) {
    const { next, made } = step(e, (x) => x, state);
    return { last: next, stacks: made };
  }
  const empty = stacked.map(({ shape, ofTokens }) =>
    e.fill(0, ofTokens ? shape.with(1, shape[1]! * count) : [count * shape[0]!, ...shape.slice(1)], "f32"),
  );
  const [last, ...stacks] = e.loop(count, 1, [state, ...empty], (inner, i, [carried, ...written]) => {
    const group = isBackwards ? inner.sub(inner.fill(count - 1, [], "i32"), i) : i;
    const zero = inner.fill(0, [], "i32");
    const starts = (x: Value, axis: number, size: number): Value[] =>
      shapeOf(x).map((_, dim) => (dim === axis ? inner.scalar("multiply", group, size) : zero));
    const read = (x: Value, ofTokens: boolean): Value => {
      const axis = ofTokens ? 1 : 0;
      const size = ofTokens ? tokens : shapeOf(x)[0]! / count;
      return inner.dynamicSlice(x, starts(x, axis, size), shapeOf(x).with(axis, size));
    };
    const { next, made } = step(inner, read, carried!);
    const updated = made.map((x, place) => {
      const axis = stacked[place]!.ofTokens ? 1 : 0;
      return inner.dynamicUpdateSlice(written[place]!, x, starts(x, axis, shapeOf(x)[axis]!));
    });
    return [next, ...updated];
  }) as [Value, ...Value[]];
  return { last, stacks };
}

type MatrixStates = MatrixStateOp & Operation;

/** Gives cotangents to the operands of an op of at least two tokens, in whose place the values of the forward computation stand then. */
export function chunkedGradient(
  walk: BackwardWalk,
  op: MatrixStates,
  cotangents: readonly (Value | undefined)[],
): void {
  const [y, last] = op.results as readonly Value[] as [Value, Value];
  const [o, n, time, v] = shapeOf(y) as [number, number, number, number];
  const [, , k] = shapeOf(last) as [number, number, number, number];
  const h = o * n;
  const cut = cutOf(time, h * k);
  const { c, chunks } = cut;
  const groups = { count: cut.groups, tokens: chunks * c };
  const padded = groups.count * groups.tokens;

  const before = new Emitter(Builder.before(op));
  const given = matrixStateInputs(before, op.operands);
  const all = headTokens(before, given, cut);
  const s = all.rows.length;
  const b = h * chunks;
  const pairShapes = s === 1 ? [[b, c, c]] : [...Array.from({ length: 4 }, () => [b, c, c]), [b, c, v]];
  const keptShapes = [[b, k, v], ...pairShapes];
  const values = overGroups(
    before,
    groups,
    false,
    before.reshape(given.state, [h, k, v]),
    [
      { shape: [h, groups.tokens, v], ofTokens: true },
      ...keptShapes.map((shape) => ({ shape, ofTokens: false })),
    ],
    (e, read, state) => {
      const part = fromList(listed(all).map((x) => read(x, true)));
      const made = forward(e, inChunks(e, part, c), state);
      return { next: made.last, made: [together(e, made.y, h), ...keptValues(made.kept)] };
    },
  );
  const [stack, ...kept] = values.stacks as [Value, ...Value[]];
  const tokensOf = (e: Emitter, x: Value, shape: readonly number[]): Value =>
    e.reshape(e.slice(x, 1, 0, time), shape);
  const found = [
    before.convert(tokensOf(before, stack, [o, n, time, v]), typeOf(y).element),
    before.reshape(values.last, shapeOf(last)),
  ];
  op.results.forEach((result, i) => {
    replaceAllUses(result, found[i]!);
  });

  const { e } = walk;
  const dy = e.convert(cotangents[0] ?? zerosLike(e, y), "f32");
  const dlast = cotangents[1] ?? zerosLike(e, last);
  // From a barrier, so that what is computed again is not held since the forward computation, nor begun before its time.
  const inputs = [...op.operands, dy, ...kept];
  const held = e.builder.create("stablehlo.optimization_barrier", inputs, {}).results as readonly Value[];
  const again = matrixStateInputs(e, held.slice(0, op.operands.length));
  const tokens = headTokens(e, again, cut);
  const dyRows = e.pad(e.reshape(held[op.operands.length]!, [h, time, v]), 1, 0, padded - time, 0);
  const keptHeld = held.slice(op.operands.length + 1);
  const widths = [...tokens.rows, ...tokens.columns, tokens.value, tokens.logs].map((x) => shapeOf(x)[2]!);
  const made = overGroups(
    e,
    groups,
    true,
    e.reshape(dlast, [h, k, v]),
    widths.map((width) => ({ shape: [h, groups.tokens, width], ofTokens: true })),
    (inner, read, state) => {
      const part = inChunks(inner, fromList(listed(tokens).map((x) => read(x, true))), c);
      const { state: next, ...rest } = backward(
        inner,
        part,
        keptOf(keptHeld.map((x) => read(x, false))),
        cutInto(inner, read(dyRows, true), c),
        state,
      );
      return { next, made: listed(rest).map((x) => together(inner, x, h)) };
    },
  );
  giveAll(walk, op, { ...fromList(made.stacks), state: made.last });
}

function giveAll(
  walk: BackwardWalk,
  op: MatrixStates,
  { rows, columns, value, logs, state }: HeadTokens & { readonly state: Value },
): void {
  const { e } = walk;
  const [o, n, time] = shapeOf(op.results[0]!) as [number, number, number];
  const give = (operand: Value, cotangent: Value, gone?: number): void => {
    walk.give(operand, () => {
      const tokens = e.slice(cotangent, 1, 0, time);
      const ofHeads = e.reshape(tokens, [o, n, time, shapeOf(tokens)[2]!]);
      const summed = gone === undefined ? ofHeads : sumOver(e, ofHeads, [gone]);
      return e.convert(e.reshape(summed, shapeOf(operand)), typeOf(operand).element);
    });
  };
  const [query, key, values, logDecay, ...others] = op.operands as readonly Value[] as [
    Value,
    Value,
    Value,
    Value,
  ];
  give(query, rows[0]!, 1);
  give(key, columns[0]!, 1);
  give(values, value);
  give(logDecay, logs, shapeOf(logDecay)[3] === 1 ? 3 : undefined);
  const [before, ...delta] = (others as readonly Value[]).toReversed() as [Value, ...Value[]];
  delta.toReversed().forEach((operand, i) => {
    give(operand, [rows, columns][i]![1]!);
  });
  walk.give(before, () => e.reshape(state, shapeOf(before)));
}
