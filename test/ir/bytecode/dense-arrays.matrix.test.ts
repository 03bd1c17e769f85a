/** Numbers of attributes keep every bit in artifacts: in dense arrays, and alone. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attribute } from "../../../src/ir/attribute.js";
import { bytesOfItems, itemsOfBytes } from "../../../src/ir/bytecode/dense-arrays.js";
import { deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import { numberFromBits } from "../../../src/ir/bytecode/number-bits.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { makeBlock, makeOperation, makeRegion } from "../../../src/ir/rewriter.js";
import { bitWidth, floatTypes, type ScalarType, scalarType } from "../../../src/ir/types.js";

const integers = [
  "i2",
  "i4",
  "i8",
  "i16",
  "i32",
  "i64",
  "ui2",
  "ui4",
  "ui8",
  "ui16",
  "ui32",
  "ui64",
] as const;
const numbers = [...integers, ...floatTypes, "index"] as const;
const to = {
  fail(message: string): never {
    throw new Error(message);
  },
};

const number = (element: ScalarType) =>
  fc
    .bigInt({ min: 0n, max: 2n ** BigInt(bitWidth(element)) - 1n })
    .map((bits) => numberFromBits(to, scalarType(element), bits));

/** Items as attributes have them: a NaN is its bit pattern. */
const array = (element: ScalarType): fc.Arbitrary<Extract<Attribute, { kind: "denseArray" }>> => {
  const item =
    element === "i1"
      ? fc.constantFrom(0n, 1n)
      : number(element).map((n) => (n.kind === "float" ? (n.bits ?? n.value) : n.value));
  return fc.array(item, { maxLength: 5 }).map((items) => ({ kind: "denseArray", element, items }));
};

/** What a module with this attribute has once it is read back. */
function back(attribute: Attribute): Attribute | undefined {
  const extra = new Map([["a.b", attribute]]);
  const module = makeOperation({ name: "builtin.module", extra, regions: [makeRegion([makeBlock([])])] });
  return deserializePortable(serializePortable(module)).module.extra.get("a.b");
}

describe.each(["i1" as const, ...numbers])("%s", (element) => {
  test("items of an array come back from their bytes, and from an artifact", () => {
    fc.assert(
      fc.property(array(element), (attribute) => {
        const bytes = bytesOfItems(to, attribute);
        expect(itemsOfBytes(to, element, attribute.items.length, bytes)).toEqual(attribute);
        expect(back(attribute)).toEqual(attribute);
      }),
    );
  });
});

describe.each(numbers)("%s", (element) => {
  test("a number comes back from an artifact", () => {
    fc.assert(fc.property(number(element), (attribute) => void expect(back(attribute)).toEqual(attribute)));
  });
});

test("text with the largest integers and with NaNs of a payload comes back", () => {
  const text = `module attributes {a = array<i64: 9223372036854775807, -9223372036854775808, 9007199254740993>, b = array<i32: 2147483647, -2147483648>, c = array<f32: 0x7FC00001, 1.000000e+00>, d = array<f64: 0x7FF8000000000001>, e = 1.000000e+00 : f8E5M2, f = 1.000000e+00 : tf32, g = -1.500000e+00 : f8E4M3B11FNUZ} {
}
`;
  const module = deserializePortable(serializePortable(parseModule(text))).module;
  expect(printModule(module)).toBe(text);
});

test("an array of i64 or i1 beside an operation becomes a constant of the same numbers", () => {
  const text = `func.func @main(%x: tensor<f32>) {
  %0 = stablehlo.abs %x {a = array<i64: 9223372036854775807, 9007199254740993>, b = array<i1: true, false, true>, c = array<i64>} : tensor<f32>
  return
}
`;
  const module = deserializePortable(serializePortable(parseModule(text))).module;
  expect(printModule(module)).toContain(
    "{a = dense<[9223372036854775807, 9007199254740993]> : tensor<2xi64>, b = dense<[true, false, true]> : tensor<3xi1>, c = dense<> : tensor<0xi64>}",
  );
});

test("an array without numbers is refused", () => {
  const complex: Attribute = { kind: "denseArray", element: "complex<f32>", items: [1n] };
  expect(() => back(complex)).toThrow("an integer has a type that holds none");
  expect(() => itemsOfBytes(to, "complex<f32>", 1, new Uint8Array(8))).toThrow(
    "a number has a type that holds none",
  );
  expect(() => itemsOfBytes(to, "i32", 2, new Uint8Array(4))).toThrow("4 bytes cannot hold 2 of i32");
});
