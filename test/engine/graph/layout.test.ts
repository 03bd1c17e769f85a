import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arc, type Box, layOut, type Point } from "../../../src/engine/graph/layout.js";

const box = { width: 40, height: 20 };

test("a diamond has three layers, its sides beside each other, its ends in the middle", () => {
  expect(
    layOut(
      [box, box, box, box],
      [
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
      ],
    ),
  ).toEqual({
    width: 94,
    height: 116,
    centres: [
      [47, 10],
      [20, 58],
      [74, 58],
      [47, 106],
    ],
    // Upright within layers, slanting between them.
    routes: [
      [
        [47, 10],
        [47, 20],
        [20, 48],
        [20, 58],
      ],
      [
        [47, 10],
        [47, 20],
        [74, 48],
        [74, 58],
      ],
      [
        [20, 58],
        [20, 68],
        [47, 96],
        [47, 106],
      ],
      [
        [74, 58],
        [74, 68],
        [47, 96],
        [47, 106],
      ],
    ],
  });
});

test("what uses nothing stands right above its user; nothing at all is no picture", () => {
  const { centres } = layOut(
    [box, box, box, box],
    [
      [0, 1],
      [1, 3],
      [2, 3],
    ],
  );
  expect(centres[2]![1]).toBe(centres[1]![1]);
  expect(layOut([], [])).toEqual({ width: 0, height: 0, centres: [], routes: [] });
});

/** Whether a line between two points leads through the inside of a box. */
function meets([a, b]: readonly [Point, Point], [x, y]: Point, { width, height }: Box): boolean {
  // The part of the line, from 0 to 1, that lies between both pairs of borders.
  let [from, to] = [0, 1];
  for (const [axis, half, centre] of [
    [0, width / 2 - 1e-6, x],
    [1, height / 2 - 1e-6, y],
  ] as const) {
    const step = b[axis] - a[axis];
    const ends = [centre - half, centre + half].map((border) => (border - a[axis]) / step);
    if (step === 0 && Math.abs(a[axis] - centre) >= half) return false;
    if (step === 0) continue;
    from = Math.max(from, Math.min(...ends));
    to = Math.min(to, Math.max(...ends));
  }
  return from < to;
}

test("boxes of no graph overlap; each arc goes from its source to its target, downwards where it leads to a later box, and through no other box", () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.record({
      boxes: fc.array(
        fc.record({ width: fc.integer({ min: 5, max: 90 }), height: fc.integer({ min: 5, max: 40 }) }),
        {
          minLength: count,
          maxLength: count,
        },
      ),
      arcs: fc
        .uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), {
          selector: ([a, b]) => a * count + b,
          maxLength: 24,
        })
        .map((arcs): readonly Arc[] => arcs.filter(([from, to]) => from !== to)),
    }),
  );
  fc.assert(
    fc.property(graph, ({ boxes, arcs }) => {
      const { width, height, centres, routes } = layOut(boxes, arcs);
      for (const [i, [x, y]] of centres.entries()) {
        const [w, h] = [boxes[i]!.width / 2, boxes[i]!.height / 2];
        expect(x - w >= -1e-6 && x + w <= width + 1e-6 && y - h >= -1e-6 && y + h <= height + 1e-6).toBe(
          true,
        );
        for (const [j, [otherX, otherY]] of centres.slice(0, i).entries())
          expect(
            Math.abs(x - otherX) > w + boxes[j]!.width / 2 || Math.abs(y - otherY) > h + boxes[j]!.height / 2,
          ).toBe(true);
      }
      for (const [i, [from, to]] of arcs.entries()) {
        expect([routes[i]![0], routes[i]!.at(-1)]).toEqual([centres[from], centres[to]]);
        const ys = routes[i]!.map(([, y]) => y);
        if (from < to) expect(ys.every((y, at) => at === 0 || y > ys[at - 1]!)).toBe(true);
        const lines = routes[i]!.slice(1).map((point, at) => [routes[i]![at]!, point] as const);
        const others = boxes.map((_, j) => j).filter((j) => j !== from && j !== to);
        expect(others.filter((j) => lines.some((line) => meets(line, centres[j]!, boxes[j]!)))).toEqual([]);
      }
    }),
  );
});

test("a chain of layers with many parameters goes straight down, and is as wide as one layer, not as all", () => {
  const [layers, parameters] = [26, 12];
  const wide = { width: 130, height: 24 };
  const arcs: Arc[] = [];
  let count = 0;
  let before: number | undefined;
  for (let layer = 0; layer < layers; layer++) {
    const own = Array.from({ length: parameters }, () => count++);
    const call = count++;
    for (const from of [...own, ...(before === undefined ? [] : [before])]) arcs.push([from, call]);
    before = call;
  }
  const { width, height, centres } = layOut(
    Array.from({ length: count }, () => wide),
    arcs,
  );
  const xs = Array.from({ length: layers }, (_, layer) => centres[layer * (parameters + 1) + parameters]![0]);
  expect(Math.max(...xs) - Math.min(...xs)).toBeLessThan(50);
  expect(width).toBeLessThan(2 * 1200);
  // The parameters of a layer stand in two rows, the second beside the layer above.
  expect(height).toBe((2 * layers + 1) * 24 + 2 * layers * 28);
});

test("what many use or return at once stands in rows of a width that can be read", () => {
  const boxes = Array.from({ length: 101 }, () => box);
  const { width, centres } = layOut(
    boxes,
    Array.from({ length: 100 }, (_, i): Arc => [i, 100]),
  );
  expect(width).toBeLessThan(3000);
  expect(new Set(centres.map(([, y]) => y)).size).toBe(6);
});
