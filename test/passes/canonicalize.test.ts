import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

/** A function of the given arguments that returns %r. */
const main = (args: string, type: string, ...body: readonly string[]): string =>
  `func.func @main(${args}) -> ${type} {\n${body.map((line) => `  ${line}`).join("\n")}\n  return %r : ${type}\n}`;

/** A function that returns one of its values as it is. */
const returns = (args: string, type: string, value: string): string =>
  `func.func @main(${args}) -> ${type} {\n  return ${value} : ${type}\n}`;

const f = "tensor<4xf32>";
const i = "tensor<4xi32>";
const p = "tensor<4xi1>";

const constant = (name: string, value: string, type: string): string =>
  `%${name} = stablehlo.constant dense<${value}> : ${type}`;

/** `%r = op %x, %c` on a constant, for a type. */
const withConstant = (op: string, value: string, type: string): string =>
  main(`%x: ${type}`, type, constant("c", value, type), `%r = stablehlo.${op} %x, %c : ${type}`);

describe("identities that hold for every value", () => {
  it.each([
    ["integers plus 0", "add", "0", i],
    ["booleans or false", "add", "false", p],
    ["floats plus -0", "add", "-0.0", f],
    ["integers minus 0", "subtract", "0", i],
    ["floats minus 0", "subtract", "0.0", f],
    ["integers times 1", "multiply", "1", i],
    ["floats times 1", "multiply", "1.0", f],
    ["floats by 1", "divide", "1.0", f],
    ["integers and -1", "and", "-1", i],
    ["booleans and true", "and", "true", p],
    ["unsigned and all ones", "and", "255", "tensor<4xui8>"],
    ["integers or 0", "or", "0", i],
    ["integers xor 0", "xor", "0", i],
  ])("%s is the operand", (_title, op, value, type) => {
    expect(run("canonicalize", withConstant(op, value, type))).toBe(
      normal(returns(`%x: ${type}`, type, "%x")),
    );
  });

  it.each([
    ["integers times 0", "multiply", "0", i],
    ["integers and 0", "and", "0", i],
    ["booleans or true", "or", "true", p],
  ])("%s is the constant", (_title, op, value, type) => {
    expect(run("canonicalize", withConstant(op, value, type))).toBe(
      normal(main(`%x: ${type}`, type, constant("r", value, type))),
    );
  });
});

describe("identities that some value breaks", () => {
  it.each([
    ["floats plus 0: -0 + 0 is 0", "add", "0.0", f],
    ["floats minus -0: -0 - -0 is 0", "subtract", "-0.0", f],
    ["floats times 0: NaN, infinity, and the sign of zero", "multiply", "0.0", f],
    ["unsigned and half of the bits", "and", "127", "tensor<4xui8>"],
    ["integers plus 0 and 1", "add", "[0, 0, 0, 1]", i],
  ])("%s", (_title, op, value, type) => {
    const text = withConstant(op, value, type);
    expect(run("canonicalize", text)).toBe(normal(text));
  });

  it("floats minus themselves: infinity - infinity is NaN", () => {
    const text = main(`%x: ${f}`, f, `%r = stablehlo.subtract %x, %x : ${f}`);
    expect(run("canonicalize", text)).toBe(normal(text));
  });
});

/** What a function becomes; `undefined` when it stays as it is. */
const rewrites: readonly (readonly [string, string, string | undefined])[] = [
  [
    "a constant goes to the right of a commutative op",
    main(`%x: ${f}`, f, constant("c", "2.0", f), `%r = stablehlo.multiply %c, %x : ${f}`),
    withConstant("multiply", "2.0", f),
  ],
  [
    "a constant goes to the right of a comparison, which turns around",
    main(`%x: ${f}`, p, constant("c", "2.0", f), `%r = stablehlo.compare LT, %c, %x : (${f}, ${f}) -> ${p}`),
    main(`%x: ${f}`, p, constant("c", "2.0", f), `%r = stablehlo.compare GT, %x, %c : (${f}, ${f}) -> ${p}`),
  ],
  [
    "integers minus themselves are 0",
    main(`%x: ${i}`, i, `%r = stablehlo.subtract %x, %x : ${i}`),
    main(`%x: ${i}`, i, constant("r", "0", i)),
  ],
  [
    "the larger of a value and itself is the value",
    main(`%x: ${f}`, f, `%r = stablehlo.maximum %x, %x : ${f}`),
    returns(`%x: ${f}`, f, "%x"),
  ],
  [
    "negate of negate is the operand",
    main(`%x: ${f}`, f, `%0 = stablehlo.negate %x : ${f}`, `%r = stablehlo.negate %0 : ${f}`),
    returns(`%x: ${f}`, f, "%x"),
  ],
  [
    "not of not is the operand",
    main(`%x: ${p}`, p, `%0 = stablehlo.not %x : ${p}`, `%r = stablehlo.not %0 : ${p}`),
    returns(`%x: ${p}`, p, "%x"),
  ],
  [
    "abs of abs and of negate is abs",
    main(
      `%x: ${f}`,
      f,
      `%0 = stablehlo.negate %x : ${f}`,
      `%1 = stablehlo.abs %0 : ${f}`,
      `%r = stablehlo.abs %1 : ${f}`,
    ),
    main(`%x: ${f}`, f, `%r = stablehlo.abs %x : ${f}`),
  ],
  [
    "select by true is the first value",
    main(`%x: ${f}, %y: ${f}`, f, constant("c", "true", p), `%r = stablehlo.select %c, %x, %y : ${p}, ${f}`),
    returns(`%x: ${f}, %y: ${f}`, f, "%x"),
  ],
  [
    "select by false is the second value",
    main(
      `%x: ${f}, %y: ${f}`,
      f,
      constant("c", "false", "tensor<i1>"),
      `%r = stablehlo.select %c, %x, %y : tensor<i1>, ${f}`,
    ),
    returns(`%x: ${f}, %y: ${f}`, f, "%y"),
  ],
  [
    "select of equal values is the value",
    main(`%p: ${p}, %x: ${f}`, f, `%r = stablehlo.select %p, %x, %x : ${p}, ${f}`),
    returns(`%p: ${p}, %x: ${f}`, f, "%x"),
  ],
  [
    "select by not swaps the values",
    main(
      `%p: ${p}, %x: ${f}, %y: ${f}`,
      f,
      `%0 = stablehlo.not %p : ${p}`,
      `%r = stablehlo.select %0, %x, %y : ${p}, ${f}`,
    ),
    main(`%p: ${p}, %x: ${f}, %y: ${f}`, f, `%r = stablehlo.select %p, %y, %x : ${p}, ${f}`),
  ],
  [
    "convert there and back through a wider type is the operand",
    main(
      "%x: tensor<4xbf16>",
      "tensor<4xbf16>",
      `%0 = stablehlo.convert %x : (tensor<4xbf16>) -> ${f}`,
      `%r = stablehlo.convert %0 : (${f}) -> tensor<4xbf16>`,
    ),
    returns("%x: tensor<4xbf16>", "tensor<4xbf16>", "%x"),
  ],
  [
    "convert through a narrower type stays",
    main(
      `%x: ${f}`,
      f,
      `%0 = stablehlo.convert %x : (${f}) -> tensor<4xbf16>`,
      `%r = stablehlo.convert %0 : (tensor<4xbf16>) -> ${f}`,
    ),
    undefined,
  ],
  [
    "bf16 to f16 stays: neither holds the other",
    main(
      "%x: tensor<4xbf16>",
      f,
      "%0 = stablehlo.convert %x : (tensor<4xbf16>) -> tensor<4xf16>",
      `%r = stablehlo.convert %0 : (tensor<4xf16>) -> ${f}`,
    ),
    undefined,
  ],
  [
    "integer to integer through a float stays: it wraps around where a float saturates",
    main(
      "%x: tensor<4xi16>",
      "tensor<4xi8>",
      `%0 = stablehlo.convert %x : (tensor<4xi16>) -> ${f}`,
      `%r = stablehlo.convert %0 : (${f}) -> tensor<4xi8>`,
    ),
    undefined,
  ],
  [
    "reshape of reshape is one reshape, none when it comes back",
    main(
      "%x: tensor<2x6xf32>",
      "tensor<2x6xf32>",
      "%0 = stablehlo.reshape %x : (tensor<2x6xf32>) -> tensor<12xf32>",
      "%1 = stablehlo.reshape %0 : (tensor<12xf32>) -> tensor<3x4xf32>",
      "%r = stablehlo.reshape %1 : (tensor<3x4xf32>) -> tensor<2x6xf32>",
    ),
    returns("%x: tensor<2x6xf32>", "tensor<2x6xf32>", "%x"),
  ],
  [
    "transpose of transpose is one transpose",
    main(
      "%x: tensor<2x3x4xf32>",
      "tensor<4x2x3xf32>",
      "%0 = stablehlo.transpose %x, dims = [1, 2, 0] : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>",
      "%r = stablehlo.transpose %0, dims = [1, 2, 0] : (tensor<3x4x2xf32>) -> tensor<4x2x3xf32>",
    ),
    main(
      "%x: tensor<2x3x4xf32>",
      "tensor<4x2x3xf32>",
      "%r = stablehlo.transpose %x, dims = [2, 0, 1] : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>",
    ),
  ],
  [
    "transpose that moves an axis of size 1 is a reshape",
    main(
      "%x: tensor<2x1x4xf32>",
      "tensor<1x2x4xf32>",
      "%r = stablehlo.transpose %x, dims = [1, 0, 2] : (tensor<2x1x4xf32>) -> tensor<1x2x4xf32>",
    ),
    main(
      "%x: tensor<2x1x4xf32>",
      "tensor<1x2x4xf32>",
      "%r = stablehlo.reshape %x : (tensor<2x1x4xf32>) -> tensor<1x2x4xf32>",
    ),
  ],
  [
    "transpose of a reshaped transpose, of axes that stay together, is one transpose before the reshape",
    main(
      "%x: tensor<2x5x3x4xf32>",
      "tensor<5x6x4xf32>",
      "%0 = stablehlo.transpose %x, dims = [0, 2, 1, 3] : (tensor<2x5x3x4xf32>) -> tensor<2x3x5x4xf32>",
      "%1 = stablehlo.reshape %0 : (tensor<2x3x5x4xf32>) -> tensor<6x5x4xf32>",
      "%r = stablehlo.transpose %1, dims = [1, 0, 2] : (tensor<6x5x4xf32>) -> tensor<5x6x4xf32>",
    ),
    main(
      "%x: tensor<2x5x3x4xf32>",
      "tensor<5x6x4xf32>",
      "%0 = stablehlo.transpose %x, dims = [1, 0, 2, 3] : (tensor<2x5x3x4xf32>) -> tensor<5x2x3x4xf32>",
      "%r = stablehlo.reshape %0 : (tensor<5x2x3x4xf32>) -> tensor<5x6x4xf32>",
    ),
  ],
  [
    "transposes that undo each other over axes of size 1 are nothing",
    main(
      "%x: tensor<1x5x3x4xf32>",
      "tensor<5x3x1x4xf32>",
      "%0 = stablehlo.transpose %x, dims = [0, 2, 1, 3] : (tensor<1x5x3x4xf32>) -> tensor<1x3x5x4xf32>",
      "%1 = stablehlo.reshape %0 : (tensor<1x3x5x4xf32>) -> tensor<3x1x5x4xf32>",
      "%r = stablehlo.transpose %1, dims = [2, 0, 1, 3] : (tensor<3x1x5x4xf32>) -> tensor<5x3x1x4xf32>",
    ),
    main(
      "%x: tensor<1x5x3x4xf32>",
      "tensor<5x3x1x4xf32>",
      "%r = stablehlo.reshape %x : (tensor<1x5x3x4xf32>) -> tensor<5x3x1x4xf32>",
    ),
  ],
  [
    "broadcast of broadcast is one broadcast",
    main(
      "%x: tensor<4xf32>",
      "tensor<2x3x4xf32>",
      "%0 = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<4xf32>) -> tensor<3x4xf32>",
      "%r = stablehlo.broadcast_in_dim %0, dims = [1, 2] : (tensor<3x4xf32>) -> tensor<2x3x4xf32>",
    ),
    main(
      "%x: tensor<4xf32>",
      "tensor<2x3x4xf32>",
      "%r = stablehlo.broadcast_in_dim %x, dims = [2] : (tensor<4xf32>) -> tensor<2x3x4xf32>",
    ),
  ],
  [
    "broadcast that permutes a square stays",
    main(
      "%x: tensor<3x3xf32>",
      "tensor<3x3xf32>",
      "%r = stablehlo.broadcast_in_dim %x, dims = [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32>",
    ),
    undefined,
  ],
  [
    "reverse of reverse is the operand",
    main(
      "%x: tensor<3x4xf32>",
      "tensor<3x4xf32>",
      "%0 = stablehlo.reverse %x, dims = [0, 1] : tensor<3x4xf32>",
      "%r = stablehlo.reverse %0, dims = [1, 0] : tensor<3x4xf32>",
    ),
    returns("%x: tensor<3x4xf32>", "tensor<3x4xf32>", "%x"),
  ],
  [
    "slice of the whole is the operand",
    main(
      "%x: tensor<3x4xf32>",
      "tensor<3x4xf32>",
      "%r = stablehlo.slice %x [0:3, 0:4] : (tensor<3x4xf32>) -> tensor<3x4xf32>",
    ),
    returns("%x: tensor<3x4xf32>", "tensor<3x4xf32>", "%x"),
  ],
  [
    "slice of slice is one slice, strides multiplied",
    main(
      "%x: tensor<20xf32>",
      "tensor<3xf32>",
      "%0 = stablehlo.slice %x [2:20:2] : (tensor<20xf32>) -> tensor<9xf32>",
      "%r = stablehlo.slice %0 [1:8:3] : (tensor<9xf32>) -> tensor<3xf32>",
    ),
    main(
      "%x: tensor<20xf32>",
      "tensor<3xf32>",
      "%r = stablehlo.slice %x [4:17:6] : (tensor<20xf32>) -> tensor<3xf32>",
    ),
  ],
  [
    "slice of one part of a concatenation is a slice of the part",
    main(
      "%x: tensor<2x3xf32>, %y: tensor<2x4xf32>",
      "tensor<2x2xf32>",
      "%0 = stablehlo.concatenate %x, %y, dim = 1 : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>",
      "%r = stablehlo.slice %0 [0:2, 4:6] : (tensor<2x7xf32>) -> tensor<2x2xf32>",
    ),
    main(
      "%x: tensor<2x3xf32>, %y: tensor<2x4xf32>",
      "tensor<2x2xf32>",
      "%r = stablehlo.slice %y [0:2, 1:3] : (tensor<2x4xf32>) -> tensor<2x2xf32>",
    ),
  ],
  [
    "slice across two parts stays",
    main(
      "%x: tensor<3xf32>, %y: tensor<4xf32>",
      "tensor<2xf32>",
      "%0 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<3xf32>, tensor<4xf32>) -> tensor<7xf32>",
      "%r = stablehlo.slice %0 [2:4] : (tensor<7xf32>) -> tensor<2xf32>",
    ),
    undefined,
  ],
  [
    "concatenation flattens, and drops empty parts and itself",
    main(
      "%x: tensor<3xf32>, %y: tensor<0xf32>",
      "tensor<3xf32>",
      "%0 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<3xf32>, tensor<0xf32>) -> tensor<3xf32>",
      "%r = stablehlo.concatenate %0, dim = 0 : (tensor<3xf32>) -> tensor<3xf32>",
    ),
    returns("%x: tensor<3xf32>, %y: tensor<0xf32>", "tensor<3xf32>", "%x"),
  ],
  [
    "pad by nothing is the operand",
    main(
      "%x: tensor<3xf32>, %v: tensor<f32>",
      "tensor<3xf32>",
      "%r = stablehlo.pad %x, %v, low = [0], high = [0], interior = [0] : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>",
    ),
    returns("%x: tensor<3xf32>, %v: tensor<f32>", "tensor<3xf32>", "%x"),
  ],
  [
    "dynamic_slice at a constant is a slice, moved inside when it sticks out",
    main(
      "%x: tensor<8xf32>",
      "tensor<3xf32>",
      constant("c", "7", "tensor<i32>"),
      "%r = stablehlo.dynamic_slice %x, %c, sizes = [3] : (tensor<8xf32>, tensor<i32>) -> tensor<3xf32>",
    ),
    main(
      "%x: tensor<8xf32>",
      "tensor<3xf32>",
      "%r = stablehlo.slice %x [5:8] : (tensor<8xf32>) -> tensor<3xf32>",
    ),
  ],
  [
    "dynamic_slice of a whole axis does not ask where",
    main(
      "%x: tensor<8xf32>, %i: tensor<i32>",
      "tensor<8xf32>",
      "%r = stablehlo.dynamic_slice %x, %i, sizes = [8] : (tensor<8xf32>, tensor<i32>) -> tensor<8xf32>",
    ),
    returns("%x: tensor<8xf32>, %i: tensor<i32>", "tensor<8xf32>", "%x"),
  ],
  [
    "dynamic_update_slice of the whole is the update",
    main(
      "%x: tensor<8xf32>, %y: tensor<8xf32>, %i: tensor<i32>",
      "tensor<8xf32>",
      "%r = stablehlo.dynamic_update_slice %x, %y, %i : (tensor<8xf32>, tensor<8xf32>, tensor<i32>) -> tensor<8xf32>",
    ),
    returns("%x: tensor<8xf32>, %y: tensor<8xf32>, %i: tensor<i32>", "tensor<8xf32>", "%y"),
  ],
  [
    "get_tuple_element of tuple is the element",
    main(
      `%x: ${f}, %y: ${i}`,
      i,
      `%0 = stablehlo.tuple %x, %y : tuple<${f}, ${i}>`,
      `%r = stablehlo.get_tuple_element %0[1] : (tuple<${f}, ${i}>) -> ${i}`,
    ),
    returns(`%x: ${f}, %y: ${i}`, i, "%y"),
  ],
];

describe("a rewrite", () => {
  it.each(rewrites)("%s", (_title, before, after) => {
    expect(run("canonicalize", before)).toBe(normal(after ?? before));
  });
});
