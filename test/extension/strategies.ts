/** A way to lower an op of one's own for a target, and a way to lower linear scans. */
import { type Emitter, shapeOf, typeOf, type Value } from "stablegriffin/ir";
import { defineStrategy } from "stablegriffin/extension";
import { softClip } from "./dialect.js";

/** limit (2 logistic(2 x / limit) - 1), which is the same number. */
export const byLogistic = defineStrategy({
  op: softClip,
  name: "logistic",
  preferredBy: ["abacus", "gpu"],
  lower(e, { operands: [x], attributes: { limit } }) {
    const half = e.unary("logistic", e.scalar("multiply", x!, 2 / limit));
    return [e.scalar("subtract", e.scalar("multiply", half, 2 * limit), limit)];
  },
});

/** `values` moved `by` steps later along an axis, with `first` in the place of what is not there. */
function later(e: Emitter, values: Value, axis: number, by: number, first: number): Value {
  const shape = shapeOf(values);
  const head = shape.map((size, i) => (i === axis ? by : size));
  const kept = e.slice(values, axis, 0, shape[axis]! - by);
  return e.concat([e.fill(first, head, typeOf(values).element), kept], axis);
}

/** All steps at once, log2(time) times: each adds what lies 1, 2, 4 ... steps before (Hillis and Steele, 1986). */
export const byDoubling = defineStrategy({
  op: "nn.linear_scan",
  name: "doubling",
  lower(e, { operands, attributes: { axis, reverse, strided } }) {
    const [given, decay, h0] = operands as [Value, Value, Value];
    const time = shapeOf(given)[axis]!;
    if (reverse === true || strided !== undefined || time === 0) return undefined;
    let [x, a] = [e.convert(given, "f32"), e.convert(decay, "f32")];
    const start = e.reshape(
      h0,
      shapeOf(x).map((size, i) => (i === axis ? 1 : size)),
    );
    const carried = e.mul(e.slice(a, axis, 0, 1), start);
    const first = e.add(e.slice(x, axis, 0, 1), carried);
    x = time === 1 ? first : e.concat([first, e.slice(x, axis, 1, time)], axis);
    for (let by = 1; by < time; by *= 2) {
      x = e.add(x, e.mul(a, later(e, x, axis, by, 0)));
      a = e.mul(a, later(e, a, axis, by, 1));
    }
    const last = e.reshape(e.slice(x, axis, time - 1, time), shapeOf(h0));
    return [e.convert(x, typeOf(given).element), last];
  },
});
