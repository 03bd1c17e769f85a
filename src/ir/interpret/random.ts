/**
 * @file rng_bit_generator: the counter-based generators ThreeFry-2x32 (20 rounds) and Philox-4x32 (10
 * rounds) of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011), with counters laid out
 * over the result as XLA does.
 */
import { bitWidth, elementCount, formatElement, type TensorType } from "../types.js";
import { UnsupportedError, whereOf } from "./errors.js";
import type { TensorRule } from "./machine.js";
import { forEachIndex, positionOf } from "./movement.js";
import { stridesOf, Tensor } from "./tensor.js";

/** The low 32 bits of a 64-bit integer, then the high ones. */
const words = (x: bigint): [number, number] => [Number(x & 0xffffffffn), Number((x >> 32n) & 0xffffffffn)];
const join = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low);

const rotate = (x: number, by: number): number => ((x << by) | (x >>> (32 - by))) >>> 0;

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** Twenty rounds, the key injected after every four. */
function threeFry(counter: bigint, key: bigint): [number, number] {
  const [k0, k1] = words(key);
  const schedule = [k0, k1, (k0 ^ k1 ^ 0x1bd11bda) >>> 0];
  let [a, b] = words(counter);
  a = (a + k0) >>> 0;
  b = (b + k1) >>> 0;
  for (let group = 1; group <= 5; group++) {
    for (const by of rotations[(group - 1) % 2]!) {
      a = (a + b) >>> 0;
      b = (rotate(b, by) ^ a) >>> 0;
    }
    a = (a + schedule[group % 3]!) >>> 0;
    b = (b + schedule[(group + 1) % 3]! + group) >>> 0;
  }
  return [a, b];
}

/** Low and high word of the product of two words. */
const product = (x: number, y: number): [number, number] => words(BigInt(x) * BigInt(y));

/** Ten rounds on a counter of 128 bits. */
function philox(counter: bigint, key: bigint): [number, number, number, number] {
  let [x0, x1] = words(counter);
  let [x2, x3] = words(counter >> 64n);
  let [k0, k1] = words(key);
  for (let round = 0; round < 10; round++) {
    const [low0, high0] = product(x0, 0xd2511f53);
    const [low1, high1] = product(x2, 0xcd9e8d57);
    [x0, x1, x2, x3] = [(high1 ^ x1 ^ k0) >>> 0, low1, (high0 ^ x3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [x0, x1, x2, x3];
}

/** Bits for a result, and how far the counter has moved. */
interface Drawn {
  readonly bits: readonly bigint[];
  readonly used: bigint;
}

/** The dimension whose neighbours share a counter: the first of even size, else the largest. */
function pairedDimension(shape: readonly number[]): number {
  const even = shape.findIndex((size) => size % 2 === 0);
  return even >= 0 ? even : shape.indexOf(Math.max(...shape));
}

/** Each counter gives one 64-bit element, or two 32-bit ones that are neighbours along one dimension. */
function drawThreeFry(shape: readonly number[], wide: boolean, key: bigint, counter: bigint): Drawn {
  const count = elementCount(shape);
  if (wide) {
    const bits = Array.from({ length: count }, (_, i) => join(...threeFry(counter + BigInt(i), key)));
    return { bits, used: BigInt(count) };
  }
  if (shape.length === 0) return { bits: [BigInt(threeFry(counter, key)[0])], used: 1n };
  const paired = pairedDimension(shape);
  const half = shape.map((size, d) => (d === paired ? Math.ceil(size / 2) : size));
  const strides = stridesOf(half);
  const bits: bigint[] = [];
  forEachIndex(shape, (index) => {
    const at = index.map((i, d) => (d === paired ? Math.floor(i / 2) : i));
    const both = threeFry(counter + BigInt(positionOf(at, strides)), key);
    bits.push(BigInt(both[index[paired]! % 2]!));
  });
  return { bits, used: BigInt(elementCount(half)) };
}

/** Each counter gives four words, taken in order. */
function drawPhilox(shape: readonly number[], wide: boolean, key: bigint, counter: bigint): Drawn {
  const count = elementCount(shape);
  const blocks = Math.ceil((wide ? 2 * count : count) / 4);
  const all = Array.from({ length: blocks }, (_, i) => philox(counter + BigInt(i), key)).flat();
  const bits = Array.from({ length: count }, (_, i) =>
    wide ? join(all[2 * i]!, all[2 * i + 1]!) : BigInt(all[i]!),
  );
  return { bits, used: BigInt(blocks) };
}

const rngBitGenerator: TensorRule<"stablehlo.rng_bit_generator"> = (operation, [state]) => {
  const { rng_algorithm: algorithm } = operation.attributes;
  const { shape, element } = operation.results[1]!.type as TensorType;
  if (algorithm === "DEFAULT" || state!.element !== "ui64")
    throw new UnsupportedError(
      "random bits of an algorithm that is the target's choice",
      `random bits of algorithm ${algorithm} from ${formatElement(state!.element)} are not interpreted`,
      whereOf(operation),
    );
  // Without upper half of a counter, XLA takes the key for it.
  const [key, low, high] = state!.integers as unknown as [bigint, bigint, bigint?];
  const wide = bitWidth(element) === 64;
  const counter = ((high ?? key) << 64n) | low;
  const draw = algorithm === "THREE_FRY" ? drawThreeFry : drawPhilox;
  const { bits, used } = draw(shape, wide, key, counter);
  const next = counter + used;
  const newState = [key, next, next >> 64n].slice(0, state!.count);
  const raw = Tensor.fromIntegers(shape, wide ? "ui64" : "ui32", bits);
  // Narrower results keep the low bits; floats have the bits as they are.
  const output = bitWidth(element) < 32 ? Tensor.fromIntegers(shape, element, bits) : raw;
  return [
    Tensor.fromIntegers(state!.shape, "ui64", newState),
    new Tensor(operation.results[1]!.type as TensorType, output.bytes),
  ];
};

export const randomRules = { "stablehlo.rng_bit_generator": rngBitGenerator } as const;
