import { describe, expect, it } from "vitest";
import { normal, run } from "../text.js";
import { constant, f, i, main, p, returns, testRewrites, withConstant } from "./programs.js";

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

describe("a rewrite", () => {
  testRewrites([
    [
      "a constant goes to the right of a commutative op",
      main(`%x: ${f}`, f, constant("c", "2.0", f), `%r = stablehlo.multiply %c, %x : ${f}`),
      withConstant("multiply", "2.0", f),
    ],
    [
      "a constant goes to the right of a comparison, which turns around",
      main(
        `%x: ${f}`,
        p,
        constant("c", "2.0", f),
        `%r = stablehlo.compare LT, %c, %x : (${f}, ${f}) -> ${p}`,
      ),
      main(
        `%x: ${f}`,
        p,
        constant("c", "2.0", f),
        `%r = stablehlo.compare GT, %x, %c : (${f}, ${f}) -> ${p}`,
      ),
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
  ]);
});
