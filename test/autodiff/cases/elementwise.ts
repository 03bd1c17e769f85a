/** @file Cases of elementwise ops: real and complex. */
import { type Case, drawn, one, tensorText } from "./case.js";

/** y = op(x) of real numbers in an interval, and of complex ones with `complex`. */
function unary(op: string, [from, to]: readonly [number, number], complex = false): readonly Case[] {
  return ["5xf64", ...(complex ? ["3xcomplex<f64>"] : [])].map((type) =>
    one(
      op,
      [drawn(type, from, to)],
      [type],
      `  %r = "${op}"(%a0) : (${tensorText(type)}) -> ${tensorText(type)}`,
    ),
  );
}

const everywhere = [-2, 2] as const;
const positive = [0.3, 3] as const;
const inner = [-0.9, 0.9] as const;

function binary(
  op: string,
  first: readonly [number, number],
  second: readonly [number, number],
  complex = false,
): readonly Case[] {
  return ["5xf64", ...(complex ? ["3xcomplex<f64>"] : [])].map((type) => {
    const t = tensorText(type);
    const inputs = [drawn(type, ...first), drawn(type, ...second)];
    return one(op, inputs, [type], `  %r = "${op}"(%a0, %a1) : (${t}, ${t}) -> ${t}`);
  });
}

/** An op from elements of one type to those of another. */
const between = (op: string, from: string, to: string, attributes = ""): Case =>
  one(
    op,
    [drawn(from)],
    [to],
    `  %r = "${op}"(%a0) ${attributes} : (${tensorText(from)}) -> ${tensorText(to)}`,
  );

export const elementwiseCases: readonly Case[] = [
  ...unary("stablehlo.abs", everywhere),
  between("stablehlo.abs", "3xcomplex<f64>", "3xf64"),
  ...unary("stablehlo.cbrt", positive),
  between("stablehlo.convert", "3xf64", "3xf64"),
  between("stablehlo.convert", "3xf64", "3xcomplex<f64>"),
  between("stablehlo.convert", "3xcomplex<f64>", "3xf64"),
  ...unary("stablehlo.cosine", everywhere, true),
  ...unary("stablehlo.exponential", everywhere, true),
  ...unary("stablehlo.exponential_minus_one", everywhere, true),
  between("stablehlo.imag", "3xcomplex<f64>", "3xf64"),
  between("stablehlo.imag", "3xf64", "3xf64"),
  ...unary("stablehlo.log", positive, true),
  ...unary("stablehlo.log_plus_one", positive, true),
  ...unary("stablehlo.logistic", everywhere, true),
  ...unary("stablehlo.negate", everywhere, true),
  between("stablehlo.real", "3xcomplex<f64>", "3xf64"),
  between("stablehlo.real", "3xf64", "3xf64"),
  between(
    "stablehlo.reduce_precision",
    "3xf64",
    "3xf64",
    "<{exponent_bits = 11 : i32, mantissa_bits = 52 : i32}>",
  ),
  ...unary("stablehlo.rsqrt", positive, true),
  ...unary("stablehlo.sign", everywhere, true),
  ...unary("stablehlo.sine", everywhere, true),
  ...unary("stablehlo.sqrt", positive, true),
  ...unary("stablehlo.tan", inner, true),
  ...unary("stablehlo.tanh", everywhere, true),
  ...binary("stablehlo.add", everywhere, everywhere, true),
  ...binary("stablehlo.atan2", positive, everywhere),
  ...binary("stablehlo.divide", everywhere, positive, true),
  ...binary("stablehlo.maximum", everywhere, everywhere),
  ...binary("stablehlo.minimum", everywhere, everywhere),
  ...binary("stablehlo.multiply", everywhere, everywhere, true),
  ...binary("stablehlo.power", positive, everywhere, true),
  ...binary("stablehlo.remainder", everywhere, positive),
  ...binary("stablehlo.subtract", everywhere, everywhere, true),
  one(
    "stablehlo.complex",
    [drawn("3xf64"), drawn("3xf64")],
    ["3xcomplex<f64>"],
    "  %r = stablehlo.complex %a0, %a1 : tensor<3xcomplex<f64>>",
  ),
  one(
    "stablehlo.clamp",
    [drawn("f64", -1, -0.5), drawn("8xf64"), drawn("8xf64", 0.5, 1)],
    ["8xf64"],
    `  %r = "stablehlo.clamp"(%a0, %a1, %a2) : (tensor<f64>, tensor<8xf64>, tensor<8xf64>) -> tensor<8xf64>`,
  ),
  one(
    "stablehlo.select",
    ["3xi1: 1 0 1", drawn("3xf64"), drawn("3xf64")],
    ["3xf64"],
    "  %r = stablehlo.select %a0, %a1, %a2 : tensor<3xi1>, tensor<3xf64>",
  ),
  one(
    "stablehlo.select",
    ["i1: 0", drawn("3xf64"), drawn("3xf64")],
    ["3xf64"],
    "  %r = stablehlo.select %a0, %a1, %a2 : tensor<i1>, tensor<3xf64>",
  ),
];
