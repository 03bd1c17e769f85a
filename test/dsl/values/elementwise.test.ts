/** @file Elementwise functions: of floats, bits, complex numbers, and scalars of other types, by values: inputs and outputs whole. */
import * as dsl from "../../../src/dsl/index.js";
import { input } from "../../../src/dsl/index.js";
import { column, scalar, time, x1, x2, testValues } from "./values.js";

testValues([
  // Elementwise.
  [
    "erf",
    () => dsl.erf(x1()),
    { x: [-1, 0, 0.5, 1, 2] },
    "[time 5] f32",
    [-0.8427008, 0, 0.5204999, 0.8427008, 0.9953223],
  ],
  [
    "erfInv",
    () => dsl.erfInv(x1()),
    { x: [-0.5, 0, 0.1, 0.5, 0.9] },
    "[time 5] f32",
    [-0.4769363, 0, 0.088856, 0.4769363, 1.1630871],
  ],
  [
    "atan2",
    () => dsl.atan2(x1(), dsl.fill(-1, [], "f32")),
    { x: [0, 1, -1, 2, -2] },
    "[time 5] f32",
    [Math.PI, 2.3561945, -2.3561945, 2.0344439, -2.0344439],
  ],
  ["round", () => dsl.round(x1()), { x: [0.5, 1.5, -0.5, 2.4, -2.6] }, "[time 5] f32", [0, 2, -0, 2, -3]],
  [
    "roundAwayFromZero",
    () => dsl.roundAwayFromZero(x1()),
    { x: [0.5, 1.5, -0.5, 2.4, -2.6] },
    "[time 5] f32",
    [1, 2, -1, 2, -3],
  ],
  [
    "lgamma",
    () => dsl.lgamma(x1()),
    { x: [0.5, 1, 2, 3, 10] },
    "[time 5] f32",
    [0.5723649, 0, 0, Math.LN2, 12.8018275],
  ],
  ["cbrt", () => dsl.cbrt(x1()), { x: [-8, 0, 1, 27, 2] }, "[time 5] f32", [-2, 0, 1, 3, 1.2599211]],
  [
    "isNotANumber",
    () => dsl.isNotANumber(x1()),
    { x: [0, Number.NaN, Number.POSITIVE_INFINITY, 1, 2] },
    "[time 5] i1",
    [0, 1, 0, 0, 0],
  ],
  ["clamp of numbers", () => dsl.clamp(0, x1(), 6), { x: [-1, 3, 7, 6, 0] }, "[time 5] f32", [0, 3, 6, 6, 0]],
  [
    "clamp of tensors",
    () => dsl.clamp(input("low", [column], "f32"), x2(), 3),
    { low: [0, 2, 0], x: [-1, 1, 5, 1, 4, 2] },
    "[row 2, column 3] f32",
    [0, 2, 3, 1, 3, 2],
  ],
  [
    "logAddExp",
    () => dsl.logAddExp(x1(), dsl.fill(1, [], "f32")),
    { x: [1, 0, 100, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] },
    "[time 5] f32",
    [1.6931472, 1.3132616, 100, 1, Number.POSITIVE_INFINITY],
  ],
  [
    "select between two numbers",
    () => dsl.where(x1().gt(1), 1, -1, "bf16"),
    { x: [0, 1, 2, 3, 4] },
    "[time 5] bf16",
    [-1, -1, 1, 1, 1],
  ],
  // Bits.
  [
    "xor, and, or of integers",
    () => dsl.bitcast(x1("i32"), "i32").xor(dsl.fill(5, [], "i32") as never),
    { x: [0, 1, 4, 5, -1] },
    "[time 5] i32",
    [5, 4, 1, 0, -6],
  ],
  [
    "shiftRight keeps the sign",
    () => input("x", [time], "i32").shiftRight(1),
    { x: [4, 5, -4, -5, 1] },
    "[time 5] i32",
    [2, 2, -2, -3, 0],
  ],
  [
    "shiftRight of unsigned brings zeros",
    () => input("x", [time], "ui8").shiftRight(4),
    { x: [255, 128, 16, 15, 0] },
    "[time 5] ui8",
    [15, 8, 1, 0, 0],
  ],
  [
    "popCount",
    () => dsl.popCount(input("x", [time], "i32")),
    { x: [0, 1, 3, 255, -1] },
    "[time 5] i32",
    [0, 1, 2, 8, 32],
  ],
  [
    "bitcast",
    () => dsl.bitcast(x1(), "i32"),
    { x: [0, 1, -1, 2, 0.5] },
    "[time 5] i32",
    [0, 0x3f800000, -0x40800000, 0x40000000, 0x3f000000],
  ],
  // Complex numbers.
  [
    "abs of complex numbers is real",
    () => dsl.abs(dsl.complex(x1(), dsl.fill(4, [], "f32"))),
    { x: [0, 3, -3, 0, 1] },
    "[time 5] f32",
    [4, 5, 5, 4, 4.1231056],
  ],
  [
    "the product of complex numbers",
    () => dsl.imag(dsl.complex(x1(), x1()).mul(2).mul(dsl.complex(x1(), x1()))),
    { x: [0, 1, 2, 3, -1] },
    "[time 5] f32",
    [0, 4, 16, 36, 4],
  ],
  // Scalars of other types.
  [
    "a float and a scalar of integers",
    () => x1().add(scalar("n")),
    { x: [0.5, 1, 2, 3, 4], n: [2] },
    "[time 5] f32",
    [2.5, 3, 4, 5, 6],
  ],
  [
    "bf16 and a scalar of f32",
    () => input("x", [time], "bf16").mul(input("s", [], "f32")),
    { x: [1, 2, 3, 4, 5], s: [0.5] },
    "[time 5] bf16",
    [0.5, 1, 1.5, 2, 2.5],
  ],
]);
