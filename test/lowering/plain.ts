/** @file For tests: what each griffin op means, as plain loops over f64 numbers; arrays are row-major. */

export type Numbers = readonly number[];

const filled = (count: number): number[] => Array<number>(count).fill(0);

/** h_t = a_t h_{t-1} + x_t over [b, t, c]. */
export function linearScan(
  [b, t, c]: readonly [number, number, number],
  x: Numbers,
  a: Numbers,
  h0: Numbers,
  reverse = false,
): { readonly y: number[]; readonly last: number[] } {
  const y = filled(b * t * c);
  const h = [...h0];
  for (let row = 0; row < b; row++) {
    for (let step = 0; step < t; step++) {
      const time = reverse ? t - 1 - step : step;
      for (let channel = 0; channel < c; channel++) {
        const at = (row * t + time) * c + channel;
        const state = row * c + channel;
        h[state] = a[at]! * h[state]! + x[at]!;
        y[at] = h[state]!;
      }
    }
  }
  return { y, last: h };
}

/** The document of each token, counted from the one open at the start. */
export function segments(positions: Numbers): number[] {
  let segment = 0;
  return positions.map((position) => (position === 0 ? ++segment : segment));
}

export interface Attention {
  readonly batch: number;
  readonly time: number;
  readonly heads: number;
  readonly head: number;
  /** Slots of the ring, or of the cache. */
  readonly window: number;
  /** Position p lies in slot p, and there is no window. */
  readonly growing?: boolean | undefined;
  readonly scale: number;
  readonly softCap?: number | undefined;
  readonly q: Numbers;
  readonly k: Numbers;
  readonly v: Numbers;
  readonly positions: Numbers;
  readonly ringK: Numbers;
  readonly ringV: Numbers;
  readonly numTokens: Numbers;
}

/** Each query against every key it may see: in the cache, then among the new ones. */
export function attention(args: Attention): number[] {
  const { batch, time, heads, head, window: slots, growing = false, scale, softCap, q, numTokens } = args;
  const window = growing ? Number.POSITIVE_INFINITY : slots;
  const capped = (score: number) => (softCap === undefined ? score : softCap * Math.tanh(score / softCap));
  const result = filled(batch * time * heads * head);
  for (let b = 0; b < batch; b++) {
    const n = numTokens[b]!;
    const segment = segments(args.positions.slice(b * time, (b + 1) * time));
    for (let t = 0; t < time; t++) {
      const seen: { readonly key: Numbers; readonly value: Numbers }[] = [];
      const see = (keys: Numbers, values: Numbers, row: number) =>
        seen.push({
          key: keys.slice(row * head, (row + 1) * head),
          value: values.slice(row * head, (row + 1) * head),
        });
      for (let position = Math.max(0, n - window); position < n; position++) {
        if (segment[t] === 0 && n + t - position <= window)
          see(args.ringK, args.ringV, b * slots + (position % slots));
      }
      for (let j = Math.max(0, t - window); j <= t; j++) {
        if (segment[j] === segment[t]) see(args.k, args.v, b * time + j);
      }
      for (let h = 0; h < heads; h++) {
        const from = ((b * time + t) * heads + h) * head;
        const scores = seen.map(({ key }) =>
          capped(scale * key.reduce((sum, x, i) => sum + x * q[from + i]!, 0)),
        );
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        seen.forEach(({ value }, i) => {
          for (let d = 0; d < head; d++) result[from + d]! += (weights[i]! / total) * value[d]!;
        });
      }
    }
  }
  return result;
}

/** The row of position p goes to slot p mod w, or to slot p if there is one where the cache grows; the last row has position `last`. */
export function kvCacheUpdate(
  [batch, window, channels, time]: readonly [number, number, number, number],
  ring: Numbers,
  rows: Numbers,
  positions: Numbers,
  growing = false,
): number[] {
  const result = [...ring];
  for (let b = 0; b < batch; b++) {
    const last = positions[(b + 1) * time - 1]!;
    for (let t = 0; t < time; t++) {
      const position = last - (time - 1 - t);
      if (growing && (position < 0 || position >= window)) continue;
      const slot = ((position % window) + window) % window;
      for (let c = 0; c < channels; c++) {
        result[(b * window + slot) * channels + c] = rows[(b * time + t) * channels + c]!;
      }
    }
  }
  return result;
}

/** Taps reach back over the tail and the inputs, but not across the start of a document. */
export function causalConv1d(
  [batch, time, channels, taps]: readonly [number, number, number, number],
  x: Numbers,
  w: Numbers,
  bias: Numbers,
  positions: Numbers,
  tail: Numbers,
): { readonly y: number[]; readonly tail: number[] } {
  const before = taps - 1;
  const y = filled(batch * time * channels);
  const next = filled(batch * before * channels);
  for (let b = 0; b < batch; b++) {
    const input = (t: number, c: number): number =>
      t < 0 ? tail[(b * before + before + t) * channels + c]! : x[(b * time + t) * channels + c]!;
    const startsBetween = (from: number, to: number): boolean => {
      for (let t = Math.max(0, from + 1); t <= to; t++) if (positions[b * time + t] === 0) return true;
      return false;
    };
    for (let c = 0; c < channels; c++) {
      for (let t = 0; t < time; t++) {
        let sum = bias[c]!;
        for (let s = 0; s < taps; s++) {
          if (!startsBetween(t - s, t)) sum += w[c * taps + taps - 1 - s]! * input(t - s, c);
        }
        y[(b * time + t) * channels + c] = sum;
      }
      for (let row = 0; row < before; row++) {
        const t = time - before + row;
        next[(b * before + row) * channels + c] = startsBetween(t, time - 1) ? 0 : input(t, c);
      }
    }
  }
  return { y, tail: next };
}

/** x [outer, rows, inner]: row t goes to (t mod factor) rows / factor + t div factor. */
export function toStrided(
  [outer, rows, inner]: readonly [number, number, number],
  x: Numbers,
  factor: number,
): number[] {
  const result = filled(x.length);
  for (let o = 0; o < outer; o++) {
    for (let t = 0; t < rows; t++) {
      const to = (t % factor) * (rows / factor) + Math.floor(t / factor);
      for (let i = 0; i < inner; i++) result[(o * rows + to) * inner + i] = x[(o * rows + t) * inner + i]!;
    }
  }
  return result;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Both RG-LRU gates from their products z, block-major: in each block the input gate's channels, then the recurrence gate's. */
export function rgLruGates(
  [batch, time, width, heads]: readonly [number, number, number, number],
  x: Numbers,
  z: Numbers,
  bias: Numbers,
  logDecay: Numbers,
  reset: Numbers,
): { readonly x: number[]; readonly a: number[] } {
  const block = width / heads;
  const result = { x: filled(x.length), a: filled(x.length) };
  for (let row = 0; row < batch * time; row++) {
    for (let e = 0; e < width; e++) {
      const [head, channel] = [Math.floor(e / block), e % block];
      const at = (gate: 0 | 1) => head * 2 * block + gate * block + channel;
      const gate = (which: 0 | 1) => sigmoid(z[row * 2 * width + at(which)]! + bias[at(which)]!);
      const decay = Math.exp(gate(1) * logDecay[e]!);
      const starts = reset[row] === 1;
      result.a[row * width + e] = starts ? 0 : decay;
      const damping = starts ? 1 : Math.sqrt(1 - decay * decay);
      result.x[row * width + e] = x[row * width + e]! * gate(0) * damping;
    }
  }
  return result;
}

/** x [b, t, n, h]: channels i and i + dims / 2 of the first `dims` are turned by position / base^(2 i / dims). */
export function rotary(
  [batch, time, heads, head]: readonly [number, number, number, number],
  x: Numbers,
  positions: Numbers,
  dims: number,
  base: number,
): number[] {
  const result = [...x];
  for (let row = 0; row < batch * time; row++) {
    for (let n = 0; n < heads; n++) {
      for (let i = 0; i < dims / 2; i++) {
        const angle = positions[row]! / base ** ((2 * i) / dims);
        const first = (row * heads + n) * head + i;
        const second = first + dims / 2;
        result[first] = x[first]! * Math.cos(angle) - x[second]! * Math.sin(angle);
        result[second] = x[second]! * Math.cos(angle) + x[first]! * Math.sin(angle);
      }
    }
  }
  return result;
}

/** Rows of `width`, each divided by its root mean square and multiplied by 1 + scale. */
export const rmsNorm = (width: number, x: Numbers, scale: Numbers, epsilon: number): number[] =>
  x.map((value, i) => {
    const row = x.slice(i - (i % width), i - (i % width) + width);
    const mean = row.reduce((sum, v) => sum + v * v, 0) / width;
    return (value / Math.sqrt(mean + epsilon)) * (1 + scale[i % width]!);
  });

/** Rows of n blocks of `inputs`, block j times w[j] [inputs, outputs]. */
export function blockDiagonalDot(
  [rows, blocks, inputs, outputs]: readonly [number, number, number, number],
  x: Numbers,
  w: Numbers,
): number[] {
  const result = filled(rows * blocks * outputs);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < blocks; j++) {
      for (let i = 0; i < inputs; i++) {
        for (let o = 0; o < outputs; o++) {
          result[(row * blocks + j) * outputs + o]! +=
            x[(row * blocks + j) * inputs + i]! * w[(j * inputs + i) * outputs + o]!;
        }
      }
    }
  }
  return result;
}

export const geluTanh = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** An operand of a recurrence: its numbers, and which of the recurrence's axes it has. */
interface Part {
  readonly dims: readonly number[];
  readonly operand: { readonly shape: readonly number[]; readonly data: Numbers };
}

/** h_t = exp(delta_t a) h_{t-1} + b_t x_t, y_t the sum of c_t h_t over the states; nothing crosses position 0. */
export function selectiveScan(args: {
  /** Sizes of all axes, the states last. */
  readonly all: readonly number[];
  readonly axis: number;
  readonly states: readonly number[];
  readonly reverse: boolean;
  readonly x: { readonly data: Numbers };
  readonly delta: Part;
  readonly a: Part;
  readonly b: Part;
  readonly c: Part;
  readonly segment: Part;
  readonly h0: { readonly data: Numbers };
}): { readonly y: number[]; readonly last: number[] } {
  const { all, axis, states, reverse } = args;
  const rank = all.length;
  const time = all[axis]!;
  const held = all.filter((_, dim) => dim !== axis);
  const strideOf = (shape: readonly number[], dim: number): number =>
    shape.slice(dim + 1).reduce((product, size) => product * size, 1);
  const at = ({ dims, operand: { shape, data } }: Part, index: readonly number[]): number =>
    data[dims.reduce((sum, dim, i) => sum + index[dim]! * strideOf(shape, i), 0)]!;
  const y = filled(args.x.data.length);
  const h = [...args.h0.data];
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    h.forEach((_, i) => {
      const index = held.map((size, dim) => Math.floor(i / strideOf(held, dim)) % size).toSpliced(axis, 0, t);
      // Backwards, a document's last step takes nothing over from the next document's first.
      const next = reverse ? index.with(axis, t + 1) : index;
      const starts = (!reverse || t + 1 < time) && at(args.segment, next) === 0;
      const decay = starts ? 0 : Math.exp(at(args.delta, index) * at(args.a, index));
      const row = index.slice(0, rank - states.length);
      const rows = all.slice(0, rank - states.length);
      const place = row.reduce((sum, value, dim) => sum + value * strideOf(rows, dim), 0);
      h[i] = decay * h[i]! + at(args.b, index) * args.x.data[place]!;
      y[place]! += at(args.c, index) * h[i]!;
    });
  }
  return { y, last: h };
}
