/**
 * @file blocked: time is cut into blocks, all scanned associatively side by side; a carry runs across the blocks' ends; then
 * every state is its block's own plus the decayed carry. Time is filled up to whole blocks with a = 1, x = 0.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { prefixPairs } from "./associative.js";
import type { ScanStrategy } from "./scan.js";
import { sequential } from "./sequential.js";

/** The state before each block, [b, n, c], from the blocks' products and ends; and the state after the last. */
function carries(
  emitter: Emitter,
  a: Value,
  x: Value,
  h0: Value,
): { readonly before: Value; readonly last: Value } {
  const [batch, blocks, channels] = shapeOf(x) as [number, number, number];
  const { y, last } = sequential(4, false)(emitter, { x, a, h0 });
  const first = emitter.reshape(h0, [batch, 1, channels]);
  return { before: emitter.concat([first, emitter.slice(y, 1, 0, blocks - 1)], 1), last };
}

export const blocked =
  (block: number): ScanStrategy =>
  (emitter, { x, a, h0 }) => {
    const [batch, time, channels] = shapeOf(x) as [number, number, number];
    const size = Math.min(block, time);
    const blocks = Math.ceil(time / size);
    const missing = blocks * size - time;
    const cut = (values: Value, filler: number): Value =>
      emitter.reshape(emitter.pad(values, 1, 0, missing, filler), [batch, blocks, size, channels]);
    const [products, states] = prefixPairs(emitter, cut(a, 1), cut(x, 0), 2);
    const ends = (values: Value): Value =>
      emitter.reshape(emitter.slice(values, 2, size - 1, size), [batch, blocks, channels]);
    const start = h0 ?? emitter.fill(0, [batch, channels], "f32");
    const { before, last } = carries(emitter, ends(products), ends(states), start);
    const spread = emitter.broadcast(before, [batch, blocks, size, channels], [0, 1, 3]);
    const combined = emitter.add(emitter.mul(products, spread), states);
    const flat = emitter.reshape(combined, [batch, blocks * size, channels]);
    return { y: emitter.slice(flat, 1, 0, time), last };
  };
