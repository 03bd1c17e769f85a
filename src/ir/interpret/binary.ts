/** @file Rules of the elementwise ops on two operands, and compare, select, clamp, complex. */
import { byteWidth, formatElement } from "../types.js";
import { totalOrderKey } from "./bits.js";
import * as complex from "./complex.js";
import { type BinaryFunctions, binary, complexAt, mapBinary } from "./elementwise.js";
import { unsupportedElement } from "./errors.js";
import * as integers from "./integers.js";
import type { TensorRule } from "./machine.js";
import { spread } from "./movement.js";
import { domainOf, Tensor } from "./tensor.js";

/** IEEE 754's pow, where JavaScript differs: 1^y is 1, and (-1)^infinity too. */
function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

const maximumFunctions: BinaryFunctions = {
  boolean: (x, y) => x || y,
  integer: integers.maximum,
  float: Math.max,
  complex: (x, y) => (complex.less(x, y) ? y : x),
};

const minimumFunctions: BinaryFunctions = {
  boolean: (x, y) => x && y,
  integer: integers.minimum,
  float: Math.min,
  complex: (x, y) => (complex.less(y, x) ? y : x),
};

/** An order: -1, 0 or 1, and undefined when there is none (NaN). */
type Order = (i: number) => number | undefined;

const orderOf = <T>(x: T, y: T): number | undefined => (x < y ? -1 : x > y ? 1 : x === y ? 0 : undefined);

function comparison(x: Tensor, y: Tensor, total: boolean): Order {
  switch (domainOf(x.element)) {
    case "float":
      if (total) return (i) => orderOf(totalOrderKey(x, i), totalOrderKey(y, i));
      return (i) => orderOf(x.floats[i]!, y.floats[i]!);
    case "complex":
      return (i) => {
        const [a, b] = [complexAt(x, i), complexAt(y, i)];
        if (complex.less(a, b)) return -1;
        if (complex.less(b, a)) return 1;
        return complex.equal(a, b) ? 0 : undefined;
      };
    case "boolean":
    case "integer":
      return (i) => orderOf(x.integers[i]!, y.integers[i]!);
    case "quantized":
      throw unsupportedElement("stablehlo.compare", formatElement(x.element));
  }
}

const holds: Readonly<Record<string, (order: number | undefined) => boolean>> = {
  EQ: (order) => order === 0,
  NE: (order) => order !== 0,
  LT: (order) => order === -1,
  GT: (order) => order === 1,
  LE: (order) => order === -1 || order === 0,
  GE: (order) => order === 1 || order === 0,
};

const compare: TensorRule<"stablehlo.compare"> = (operation, [x, y]) => {
  const { comparison_direction: direction, compare_type: type } = operation.attributes;
  const order = comparison(x!, y!, type === "TOTALORDER");
  const results = Array.from({ length: x!.count }, (_, i) => holds[direction]!(order(i)));
  return [Tensor.fromBooleans(x!.shape, results)];
};

const select: TensorRule<"stablehlo.select"> = (_, [pred, onTrue, onFalse]) => {
  const { shape } = onTrue!;
  const which = spread(pred!, shape).bytes;
  const both = new Tensor(onTrue!.type, onFalse!.bytes.slice());
  const width = byteWidth(onTrue!.element);
  for (let i = 0; i < which.length; i++) {
    if (which[i] === 0) continue;
    both.bytes.set(onTrue!.bytes.subarray(i * width, (i + 1) * width), i * width);
  }
  return [both];
};

const clamp: TensorRule<"stablehlo.clamp"> = (operation, [min, x, max]) => {
  const { shape } = x!;
  const raised = mapBinary(operation.name, maximumFunctions, x!, spread(min!, shape));
  return [mapBinary(operation.name, minimumFunctions, raised, spread(max!, shape))];
};

const makeComplex: TensorRule<"stablehlo.complex"> = (_, [re, im]) => {
  const parts = new Float64Array(2 * re!.count);
  for (let i = 0; i < re!.count; i++) {
    parts[2 * i] = re!.floats[i]!;
    parts[2 * i + 1] = im!.floats[i]!;
  }
  return [Tensor.fromFloats(re!.shape, re!.element === "f64" ? "complex<f64>" : "complex<f32>", parts)];
};

export const binaryRules = {
  "stablehlo.add": binary({
    boolean: (x, y) => x || y,
    integer: (x, y) => x + y,
    float: (x, y) => x + y,
    complex: complex.add,
  }),
  "stablehlo.and": binary({ boolean: (x, y) => x && y, integer: (x, y) => x & y }),
  "stablehlo.atan2": binary({ float: Math.atan2, complex: complex.atan2 }),
  "stablehlo.clamp": clamp,
  "stablehlo.compare": compare,
  "stablehlo.complex": makeComplex,
  "stablehlo.divide": binary({
    integer: integers.divide,
    float: (x, y) => x / y,
    complex: complex.divide,
  }),
  "stablehlo.maximum": binary(maximumFunctions),
  "stablehlo.minimum": binary(minimumFunctions),
  "stablehlo.multiply": binary({
    boolean: (x, y) => x && y,
    integer: (x, y) => x * y,
    float: (x, y) => x * y,
    complex: complex.multiply,
  }),
  "stablehlo.or": binary({ boolean: (x, y) => x || y, integer: (x, y) => x | y }),
  "stablehlo.power": binary({ integer: integers.power, float: power, complex: complex.power }),
  "stablehlo.remainder": binary({ integer: integers.remainder, float: (x, y) => x % y }),
  "stablehlo.select": select,
  "stablehlo.shift_left": binary({ integer: integers.shiftLeft }),
  "stablehlo.shift_right_arithmetic": binary({ integer: integers.shiftRightArithmetic }),
  "stablehlo.shift_right_logical": binary({ integer: integers.shiftRightLogical }),
  "stablehlo.subtract": binary({
    integer: (x, y) => x - y,
    float: (x, y) => x - y,
    complex: complex.subtract,
  }),
  "stablehlo.xor": binary({ boolean: (x, y) => x !== y, integer: (x, y) => x ^ y }),
} as const;
