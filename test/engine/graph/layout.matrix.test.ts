import { expect, test } from "vitest";
import { type Arc, layOut } from "../../../src/engine/graph/layout.js";

test("arcs that cross a hundred thousand layers together are placed", () => {
  const count = 520;
  const boxes = Array.from({ length: count }, () => ({ width: 40, height: 20 }));
  const users = Array.from({ length: count - 1 }, (_, i) => i + 1);
  // All use the first, and each the one before it.
  const arcs = users.flatMap((i): readonly Arc[] =>
    i === 1
      ? [[0, 1]]
      : [
          [0, i],
          [i - 1, i],
        ],
  );
  const { height, routes } = layOut(boxes, arcs);
  expect(height).toBe(count * 20 + (count - 1) * 28);
  expect(routes.reduce((sum, { length }) => sum + length, 0)).toBe(
    2 * ((count * (count - 1)) / 2 + 2 * count - 3 + count - 2),
  );
});
