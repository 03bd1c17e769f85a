/** @file For tests: recurrences with matrix states as plain loops over numbers, in f64. */
import type { Numbers } from "./plain.js";

/** Sizes: o recurrences, n heads, t tokens, k channels of keys, v of values, d decays a token. */
export type Sizes = Readonly<Record<"o" | "n" | "t" | "k" | "v" | "d", number>>;

/** Operands row-major, as the ops have them. */
export interface MatrixStateNumbers {
  readonly query: Numbers;
  readonly key: Numbers;
  readonly value: Numbers;
  readonly logDecay: Numbers;
  readonly state: Numbers;
  readonly read?: Numbers;
  readonly write?: Numbers;
}

/** S_t = (diag(exp(log_decay_t)) + write_t read_t^T) S_{t-1} + key_t value_t^T; y_t = query_t^T S_t. */
export function matrixStates(
  { o, n, t, k, v, d }: Sizes,
  x: MatrixStateNumbers,
): { readonly y: number[]; readonly last: number[] } {
  const y: number[] = [];
  const last: number[] = [];
  const channels = Array.from({ length: k }, (_, i) => i);
  for (let head = 0; head < o * n; head++) {
    let state = channels.map((i) => Array.from({ length: v }, (_, j) => x.state[(head * k + i) * v + j]!));
    for (let token = 0; token < t; token++) {
      const shared = (Math.floor(head / n) * t + token) * k;
      const own = head * t + token;
      const read = (j: number): number =>
        channels.reduce((sum, i) => sum + (x.read?.[own * k + i] ?? 0) * state[i]![j]!, 0);
      state = state.map((row, i) =>
        row.map(
          (value, j) =>
            Math.exp(x.logDecay[own * d + (d === 1 ? 0 : i)]!) * value +
            (x.write?.[own * k + i] ?? 0) * read(j) +
            x.key[shared + i]! * x.value[own * v + j]!,
        ),
      );
      for (let j = 0; j < v; j++)
        y.push(channels.reduce((sum, i) => sum + x.query[shared + i]! * state[i]![j]!, 0));
    }
    last.push(...state.flat());
  }
  return { y, last };
}
