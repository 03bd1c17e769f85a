/**
 * @file Inverses of I - N for N below the diagonal, by halves: of two blocks the inverses, and between them their product with what lies
 * there. Each is exact to rounding where a substitution is, which (I + N)(I + N^2)(I + N^4) .. would not be: powers of N may be large.
 */
import { type Emitter, shapeOf } from "../../../ir/emit.js";
import type { Value } from "../../../ir/operation.js";
import { type Holds, meets, where } from "./places.js";

/** @param within N of both halves, [b, 2, h, h] @param between rows of the second half, columns of the first, [b, h, h] @returns [b, 2 h, 2 h] */
export function unitInverse(e: Emitter, within: Value, between: Value): Value {
  const shape = shapeOf(within);
  const [b, , half] = shape as [number, number, number];
  const zeros = e.fill(0, shape, "f32");
  const at = (holds: Holds): Value => e.broadcast(where(e, half, holds), shape, [2, 3]);
  let inverse = e.select(
    at((row, column) => row === column),
    e.fill(1, shape, "f32"),
    zeros,
  );
  for (let size = 1; size < half; size *= 2) {
    const part = e.select(at(meets(size)), within, zeros);
    inverse = e.add(inverse, size === 1 ? part : chain(e, inverse, part, inverse));
  }
  const one = (which: 0 | 1): Value => e.reshape(e.slice(inverse, 1, which, which + 1), [b, half, half]);
  const corner = chain(e, one(1), between, one(0));
  return e.concat([e.pad(one(0), 2, 0, half, 0), e.concat([corner, one(1)], 2)], 1);
}

/** x y z of matrices in the last two axes. */
function chain(e: Emitter, x: Value, y: Value, z: Value): Value {
  const rank = shapeOf(x).length;
  const axes = Array.from({ length: rank - 2 }, (_, i) => i);
  const dims = { batch: [axes, axes], contract: [[rank - 1], [rank - 2]] } as const;
  return e.dot(e.dot(x, y, dims), z, dims);
}
