/**
 * @file Steps of random programs: each makes values from those that a layer has, of model ops and StableHLO. Axes: b batch, t time,
 * c channels (h heads of d), w window, k taps.
 */
import { type Emitter, shapeOf } from "../../src/ir/emit.js";
import type { Value } from "../../src/ir/operation.js";
import { elementCount, type TensorType, tensorType } from "../../src/ir/types.js";

/** Sizes that all programs have. */
export const [HEADS, HEAD, WINDOW, TAPS, WORDS] = [2, 2, 3, 3, 5];
export const CHANNELS = HEADS * HEAD;

/** One line of a layer: which operation, and numbers that choose its operands and attributes. */
export interface Step {
  readonly kind: number;
  readonly picks: readonly [number, number, number, number];
}

/** The `i`-th number of a tensor, from -1 to 1. */
export const wave = (i: number, seed: number): number => Math.sin(1.7 * i + seed);

/** Values made so far; small numbers pick the latest ones, so that operations form chains. */
export class Pool {
  readonly values: Value[];

  constructor(
    readonly e: Emitter,
    readonly model: { readonly batch: number; readonly time: number },
    values: readonly Value[],
  ) {
    this.values = [...values];
  }

  pick(n: number, shape: readonly number[], element = "f32"): Value {
    const fitting = this.values.filter(
      ({ type }) =>
        (type as TensorType).element === element && (type as TensorType).shape.join() === shape.join(),
    );
    return fitting.at(-1 - (n % fitting.length))!;
  }

  /** [b, t, c], often the latest. */
  rows(n: number): Value {
    return this.pick(n, this.shape);
  }

  /** [b, t] of positions. */
  positions(n: number): Value {
    return this.pick(n, this.shape.slice(0, 2), "i32");
  }

  /** [b, c]. */
  state(n: number): Value {
    const { batch } = this.model;
    return n % 3 === 0 ? this.e.fill(0, [batch, CHANNELS], "f32") : this.pick(n, [batch, CHANNELS]);
  }

  get shape(): readonly [number, number, number] {
    return [this.model.batch, this.model.time, CHANNELS];
  }

  get headShape(): readonly [number, number, number, number] {
    return [this.model.batch, this.model.time, HEADS, HEAD];
  }

  /** Within (-1, 1), so that chains of operations stay small. */
  bounded(x: Value): Value {
    return this.e.unary("tanh", x);
  }
}

type Make = (pool: Pool, picks: Step["picks"]) => readonly Value[];

/** x, a, h0 of a scan, forward or backward. */
function linearScan(pool: Pool, x: Value, a: Value, n: number): readonly Value[] {
  const attributes = { axis: 1, ...(n % 3 === 1 ? { reverse: true as const } : {}) };
  return pool.e.builder.create("nn.linear_scan", [x, a, pool.state(n)], attributes).results;
}

/** The RG-LRU's gates; z from a product, or from rows side by side. */
function gates(pool: Pool, [a, b, c, d]: Step["picks"]): readonly Value[] {
  const { e } = pool;
  const x = pool.rows(a);
  const weights = pool.pick(0, [HEADS, HEAD, 2 * HEAD]);
  const z =
    b % 3 === 0
      ? e.concat([pool.rows(b), pool.rows(c)], 2)
      : e.builder.create("nn.block_diagonal_dot", [pool.rows(b), weights], {}).result;
  const bias = pool.pick(0, [HEADS, 2 * HEAD]);
  const reset = e.compareTo("EQ", pool.positions(c), 0);
  const logDecay = e.unary("negate", e.builder.create("nn.softplus", [pool.pick(d, [CHANNELS])], {}).result);
  return e.builder.create("griffin.rg_lru_gates", [x, z, bias, logDecay, reset], { heads: HEADS }).results;
}

const heads = (pool: Pool, n: number): Value =>
  n % 2 === 0 && pool.values.some(({ type }) => (type as TensorType).shape.length === 4)
    ? pool.pick(n, pool.headShape)
    : pool.e.reshape(pool.rows(n), pool.headShape);

const limited = ({ e }: Pool, positions: Value): Value => e.scalar("remainder", positions, WORDS);

/** Words of a table, one for each token; each sequence has a table for itself. */
function ownWords(pool: Pool, positions: Value): Value {
  const table = pool.pick(0, [WORDS, CHANNELS]);
  const own = pool.e.broadcast(table, [pool.model.batch, WORDS, CHANNELS], [1, 2]);
  return pool.e.takeRows(own, limited(pool, positions));
}

/** Words of a table that all sequences share, one for each token. */
export function sharedWords(pool: Pool, positions: Value): Value {
  const { batch, time } = pool.model;
  const indices = pool.e.reshape(limited(pool, positions), [batch, time, 1]);
  return pool.e.builder.create("stablehlo.gather", [pool.pick(0, [WORDS, CHANNELS]), indices], {
    dimension_numbers: {
      offset_dims: [2],
      collapsed_slice_dims: [0],
      operand_batching_dims: [],
      start_indices_batching_dims: [],
      start_index_map: [0],
      index_vector_dim: 2,
    },
    slice_sizes: [1, CHANNELS],
  }).result;
}

/** The table of words with each token's row added to its word, as the gradient of a table is. */
function addedToWords(pool: Pool, positions: Value, rows: Value): Value {
  const { batch, time } = pool.model;
  const operands = [
    pool.pick(0, [WORDS, CHANNELS]),
    pool.e.reshape(limited(pool, positions), [batch, time, 1]),
    rows,
  ];
  const scalar = tensorType([], "f32");
  const body = pool.e.builder.region([scalar, scalar], (args, inner) => {
    inner.create("stablehlo.return", [inner.create("stablehlo.add", args, {}).result], {});
  });
  const numbers = {
    update_window_dims: [2],
    inserted_window_dims: [0],
    input_batching_dims: [],
    scatter_indices_batching_dims: [],
    scatter_dims_to_operand_dims: [0],
    index_vector_dim: 2,
  };
  return pool.e.builder.create(
    "stablehlo.scatter",
    operands,
    { scatter_dimension_numbers: numbers },
    { regions: [body] },
  ).results[0]!;
}

/** One of each kind of step, by `Step.kind`. */
export const makers: readonly Make[] = [
  (pool, [a, b, c, d]) => linearScan(pool, pool.rows(a), pool.e.unary("logistic", pool.rows(b + d)), c),
  // A decay that is a parameter, an input or a state as it is.
  (pool, [a, b, c]) => {
    const first = pool.values.filter((value) => shapeOf(value).join() === pool.shape.join()).slice(0, 3);
    return linearScan(pool, pool.rows(a), first[b % first.length]!, c);
  },
  (pool, picks) => {
    const [x, a] = gates(pool, picks) as [Value, Value];
    return linearScan(pool, x, a, picks[3]);
  },
  gates,
  // Time as the first axis.
  (pool, [a, b, c]) => {
    const timeFirst = (x: Value): Value => pool.e.transpose(x, [1, 0, 2]);
    const operands = [
      timeFirst(pool.rows(a)),
      timeFirst(pool.e.unary("logistic", pool.rows(b))),
      pool.state(c),
    ];
    const [y, last] = pool.e.builder.create("nn.linear_scan", operands, { axis: 0 }).results;
    return [last!, pool.e.transpose(y!, [1, 0, 2])];
  },
  (pool, [a, b, c]) => {
    const x = pool.rows(a);
    const bias = pool.pick(c, [CHANNELS]);
    const tail = pool.pick(c, [pool.model.batch, TAPS - 1, CHANNELS]);
    const operands = [x, pool.pick(0, [CHANNELS, TAPS]), bias, pool.positions(b), tail];
    return pool.e.builder.create("nn.causal_conv1d", operands, { axis: 1 }).results;
  },
  // Its gradient, of which sums over time are a part.
  (pool, [a, b, c, d]) => {
    const tail = pool.pick(c, [pool.model.batch, TAPS - 1, CHANNELS]);
    const weights = [pool.pick(0, [CHANNELS, TAPS]), pool.pick(c, [CHANNELS])];
    const operands = [pool.rows(a), ...weights, pool.positions(b), tail, pool.rows(d)];
    const { results } = pool.e.builder.create("nn.causal_conv1d_gradient", operands, { axis: 1 });
    return results.map((value) => pool.bounded(value));
  },
  (pool, [a, b, c]) => {
    const count = Math.min(1 + (b % 3), pool.model.time);
    const edge = pool.e.slice(pool.rows(c), 1, 0, count);
    const attributes = { axis: 1, ...(c % 2 === 0 ? { reverse: true as const } : {}) };
    return pool.e.builder.create("nn.shift_rows", [pool.rows(a), edge], attributes).results;
  },
  // Products summed over time, as the gradients of weights are; rows added to the places of words.
  (pool, [a, b]) => {
    const product = pool.e.dot(pool.rows(a), pool.rows(b), {
      contract: [
        [0, 1],
        [0, 1],
      ],
    });
    return [pool.bounded(pool.e.add(product, pool.pick(0, [CHANNELS, CHANNELS])))];
  },
  (pool, [a, b]) => [pool.bounded(addedToWords(pool, pool.positions(a), pool.rows(b)))],
  (pool, [a, b, c]) =>
    pool.e.builder.create(
      "stablehlo.optimization_barrier",
      [pool.rows(a), pool.pick(b, [CHANNELS]), pool.positions(c), pool.rows(c)],
      {},
    ).results,
  (pool, [a, b, c, d]) => {
    const { batch, time } = pool.model;
    const keys = (n: number): Value => pool.pick(n, [batch, time, HEAD]);
    const ring = (n: number): Value => pool.pick(n, [batch, WINDOW, HEAD]);
    const numTokens = d % 3 === 0 ? pool.e.fill(0, [batch], "i32") : pool.pick(d, [batch], "i32");
    const operands = [heads(pool, a), keys(b), keys(c), pool.positions(d), ring(a), ring(b), numTokens];
    const attended = pool.e.builder.create("nn.attention", operands, { scale: 0.5 }).result;
    return [attended, pool.e.reshape(attended, pool.shape)];
  },
  // As many heads of keys and values as of queries.
  (pool, [a, b, c, d]) => {
    const { batch } = pool.model;
    const ring = (n: number): Value =>
      pool.e.broadcast(pool.pick(n, [batch, WINDOW, HEAD]), [batch, WINDOW, HEADS, HEAD], [0, 1, 3]);
    const rows = [heads(pool, a), heads(pool, b), heads(pool, c), pool.positions(d)];
    const operands = [...rows, ring(a), ring(b), pool.pick(d, [batch], "i32")];
    const attended = pool.e.builder.create("nn.attention", operands, { scale: 0.5 }).result;
    return [attended, pool.e.reshape(attended, pool.shape)];
  },
  (pool, [a, b, c]) => {
    const { batch, time } = pool.model;
    const operands = [
      pool.pick(a, [batch, WINDOW, HEAD]),
      pool.pick(b, [batch, time, HEAD]),
      pool.positions(c),
    ];
    return pool.e.builder.create("nn.kv_cache_update", operands, {}).results;
  },
  (pool, [a, b]) =>
    pool.e.builder.create("nn.rms_norm", [pool.rows(a), pool.pick(b, [CHANNELS])], {
      epsilon: 0.1,
      offset: b % 2,
    }).results,
  (pool, [a, b, c]) => {
    const x = c % 2 === 0 ? heads(pool, a) : pool.rows(a);
    return pool.e.builder.create("nn.rotary", [x, pool.positions(b)], {
      dims: 2,
      base: 100,
      position_dims: [0, 1],
    }).results;
  },
  (pool, [a]) =>
    pool.e.builder.create("nn.block_diagonal_dot", [pool.rows(a), pool.pick(0, [HEADS, HEAD, HEAD])], {})
      .results,
  (pool, [a, b]) => {
    const name = (["nn.gelu_tanh", "nn.softplus"] as const)[b % 2]!;
    return [pool.bounded(pool.e.builder.create(name, [pool.rows(a)], {}).result)];
  },
  (pool, [a, b, c]) => {
    const name = (["add", "subtract", "multiply", "maximum"] as const)[c % 4]!;
    return [pool.bounded(pool.e.binary(name, pool.rows(a), pool.rows(b)))];
  },
  (pool, [a, b]) => {
    const contract = [[2], [b % 2]] as const;
    return [pool.bounded(pool.e.dot(pool.rows(a), pool.pick(0, [CHANNELS, CHANNELS]), { contract }))];
  },
  // Every row with every other one.
  (pool, [a, b, c]) => {
    const numbers = { batch: [[0], [0]], contract: [[2], [2]] } as const;
    const scores = pool.bounded(pool.e.dot(pool.rows(a), pool.rows(b), numbers));
    const back = { batch: [[0], [0]], contract: [[2], [1]] } as const;
    return [pool.bounded(pool.e.dot(scores, pool.rows(c), back))];
  },
  // One row, often the last.
  (pool, [a, b]) => {
    const { batch, time } = pool.model;
    const row = b % 2 === 0 ? time - 1 : b % time;
    return [pool.e.reshape(pool.e.slice(pool.rows(a), 1, row, row + 1), [batch, CHANNELS])];
  },
  // Rows shifted by one.
  (pool, [a]) => [pool.e.slice(pool.e.pad(pool.rows(a), 1, 1, 0, 0), 1, 0, pool.model.time)],
  (pool, [a, b]) => {
    const x = pool.rows(a);
    const halves = [pool.e.slice(x, 2, HEAD, CHANNELS), pool.e.slice(x, 2, 0, HEAD)];
    return b % 2 === 0 ? [pool.e.concat(halves, 2)] : halves;
  },
  // Tokens of all sequences as rows of one matrix.
  (pool, [a]) => {
    const [batch, time] = pool.shape;
    const flat = pool.e.reshape(pool.rows(a), [batch * time, CHANNELS]);
    const product = pool.e.dot(flat, pool.pick(0, [CHANNELS, CHANNELS]), { contract: [[1], [0]] });
    return [pool.bounded(pool.e.reshape(product, pool.shape))];
  },
  (pool, [a, b]) => {
    const turned = pool.bounded(pool.e.transpose(pool.rows(a), [1, 0, 2]));
    const summed = b % 2 === 0 ? turned : pool.e.mul(turned, turned);
    return [pool.e.transpose(summed, [1, 0, 2])];
  },
  (pool, [a, b]) => {
    const dim = b % 3;
    const total = pool.bounded(pool.e.reduce(b % 2 === 0 ? "add" : "maximum", pool.rows(a), dim));
    const kept = [0, 1, 2].filter((i) => i !== dim);
    return [total, pool.e.broadcast(total, pool.shape, kept)];
  },
  (pool, [a, b]) => [b % 2 === 0 ? sharedWords(pool, pool.positions(a)) : ownWords(pool, pool.positions(a))],
  (pool, [a]) => [pool.e.reverse(pool.rows(a), 1)],
  (pool, [a, b]) => {
    const counted = pool.e.convert(pool.e.iota(pool.shape, a % 3), "f32");
    return [pool.bounded(pool.e.scalar("multiply", counted, 0.1 * (1 + (b % 3))))];
  },
  (pool, [a]) => {
    const numbers = Array.from({ length: elementCount(pool.shape) }, (_, i) => 0.5 * wave(i, a));
    return [pool.e.numbers(numbers, pool.shape, "f32")];
  },
  (pool, [a, b]) => {
    const { batch, time } = pool.model;
    const forms = [
      () => pool.e.broadcast(pool.pick(b, [batch, CHANNELS]), pool.shape, [0, 2]),
      () => pool.e.broadcast(pool.pick(b, [CHANNELS]), pool.shape, [2]),
      () => pool.e.broadcast(pool.pick(b, [time, CHANNELS]), pool.shape, [1, 2]),
      () => pool.e.fill(0.25, pool.shape, "f32"),
    ];
    return [forms[a % forms.length]!()];
  },
  (pool, [a, b]) => [pool.e.scalar("add", pool.positions(a), b % 2)],
  (pool, [a, b, c]) => {
    const starts = pool.e.compareTo("EQ", pool.positions(a), 0);
    const mask = pool.e.broadcast(starts, pool.shape, [0, 1]);
    return [pool.e.select(mask, pool.rows(b), pool.rows(c))];
  },
  (pool, [a]) => [pool.e.barrier(pool.rows(a))],
  // A loop that carries rows and reads others from outside.
  (pool, [a, b]) => {
    const read = pool.rows(b);
    const turn = (inner: Emitter, _: Value, [carried]: readonly Value[]): readonly Value[] => [
      inner.unary("tanh", inner.add(carried!, read)),
    ];
    return pool.e.loop(2, 1, [pool.rows(a)], turn);
  },
  (pool, [a, b]) => {
    const { batch, time } = pool.model;
    const keys = pool.e.slice(pool.rows(a), 2, 0, HEAD);
    return b % 2 === 0 ? [keys] : [pool.e.add(keys, pool.pick(b, [batch, time, HEAD]))];
  },
];
