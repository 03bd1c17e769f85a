/** @file Sums of products over any element type, rounded once at the end: dot products and convolutions. */
import { type ElementType, formatElement } from "../types.js";
import * as complex from "./complex.js";
import { carrier, complexAt, complexTensor } from "./elementwise.js";
import { unsupportedElement } from "./errors.js";
import { domainOf, Tensor } from "./tensor.js";

/** Calls `visit` with the positions of each pair of factors of result element `at`. */
export type Products = (at: number, visit: (left: number, right: number) => void) => void;

/**
 * The tensor whose elements are sums of products of `a` and `b`. Floats are multiplied and added one after
 * the other in f32 (f64 in f64), which others can repeat; integers are exact. Both are rounded (wrapped) to
 * `element` at the end. Of booleans the product is "and", the sum "or".
 */
export function sumOfProducts(
  a: Tensor,
  b: Tensor,
  shape: readonly number[],
  count: number,
  element: ElementType,
  products: Products,
): Tensor {
  // Each target converts them by rules of its own.
  if (a.element !== b.element)
    throw unsupportedElement("a product", `${formatElement(a.element)} and ${formatElement(b.element)}`);
  const round = carrier(a.element);
  switch (domainOf(a.element)) {
    case "float": {
      const [x, y] = [a.floats, b.floats];
      const sums = Float64Array.from({ length: count }, (_, at) => {
        let sum = 0;
        products(at, (i, j) => {
          sum = round(sum + round(x[i]! * y[j]!));
        });
        return sum;
      });
      return Tensor.fromFloats(shape, element, sums);
    }
    case "complex":
      return complexTensor(shape, element, count, (at) => {
        let sum = complex.complex(0, 0);
        products(at, (i, j) => {
          const { re, im } = complex.multiply(complexAt(a, i), complexAt(b, j), round);
          sum = complex.complex(round(sum.re + re), round(sum.im + im));
        });
        return sum;
      });
    case "quantized":
      throw unsupportedElement("a sum of products", formatElement(a.element));
    default: {
      const [x, y] = [a.integers, b.integers];
      const sums = Array.from({ length: count }, (_, at) => {
        let sum = 0n;
        products(at, (i, j) => {
          sum += x[i]! * y[j]!;
        });
        return sum;
      });
      if (element === "i1")
        return Tensor.fromBooleans(
          shape,
          sums.map((sum) => sum !== 0n),
        );
      return Tensor.fromIntegers(shape, element, sums);
    }
  }
}
