import { describe, expect, it } from "vitest";
import { type Elements, elementsFromNumbers } from "../../../src/ir/elements.js";
import { formatType, type TensorType, tensorType } from "../../../src/ir/types.js";
import { numbersOf, run } from "./values.js";

const f64 = (shape: readonly number[], values: readonly number[]): Elements =>
  elementsFromNumbers(tensorType(shape, "f64"), values);

interface Scan {
  readonly inputs: readonly Elements[];
  readonly inits: readonly Elements[];
  readonly dimension: number;
  readonly attributes?: string;
  readonly body: readonly string[];
  readonly results: readonly TensorType[];
}

/** The results of a scan, the first inputs of its body `%s0, %s1`, then its carries. */
function scan({ inputs, inits, dimension, attributes = "", body, results }: Scan): number[][] {
  const operands = [...inputs, ...inits];
  const types = operands.map(({ type }) => type);
  const slices = types.map((type, i) =>
    i < inputs.length ? tensorType(type.shape.toSpliced(dimension, 1), type.element) : type,
  );
  const names = operands.map((_, i) => `%x${i}`);
  const line = [
    `%0:${results.length} = chlo.scan(${names.slice(0, inputs.length).join(", ")}) inits (${names.slice(inputs.length).join(", ")}) dimension=${dimension} ${attributes}{`,
    `^bb0(${slices.map((type, i) => `%s${i}: ${formatType(type)}`).join(", ")}):`,
    ...body,
    `} : (${types.map(formatType).join(", ")}) -> (${results.map(formatType).join(", ")})`,
  ].join("\n");
  return run(line, operands, results).map(numbersOf);
}

const vector = tensorType([4], "f64");
const scalar = tensorType([], "f64");
const sum = [
  "%y = stablehlo.add %s0, %s1 : tensor<f64>",
  "stablehlo.return %y, %y : tensor<f64>, tensor<f64>",
];

describe("chlo.scan", () => {
  const running = { inputs: [f64([4], [1, 2, 3, 5])], inits: [f64([], [10])], dimension: 0, body: sum };

  it("hands the carry from one slice to the next and stacks the outputs", () => {
    expect(scan({ ...running, results: [vector, scalar] })).toEqual([[11, 13, 16, 21], [21]]);
  });

  it("begins at the last slice when it is reversed; outputs stand where their slices do", () => {
    const attributes = "attributes {is_reverse = true} ";
    expect(scan({ ...running, attributes, results: [vector, scalar] })).toEqual([[21, 20, 18, 15], [21]]);
  });

  it("goes along any dimension, with several inputs and carries", () => {
    const matrix = tensorType([2, 3], "f64");
    const column = tensorType([2], "f64");
    const results = scan({
      inputs: [f64([2, 3], [1, 2, 3, 4, 5, 6]), f64([2, 3], [6, 5, 4, 3, 2, 1])],
      inits: [f64([2], [0, 0]), f64([], [7])],
      dimension: 1,
      body: [
        "%y = stablehlo.add %s0, %s2 : tensor<2xf64>",
        "%z = stablehlo.subtract %s1, %y : tensor<2xf64>",
        "stablehlo.return %z, %y, %y, %s3 : tensor<2xf64>, tensor<2xf64>, tensor<2xf64>, tensor<f64>",
      ],
      results: [matrix, matrix, column, scalar],
    });
    expect(results).toEqual([[5, 2, -2, -1, -7, -14], [1, 3, 6, 4, 9, 15], [6, 15], [7]]);
  });

  it("may have no inputs, and ops of chlo in its body", () => {
    const results = scan({
      inputs: [],
      inits: [elementsFromNumbers(tensorType([], "f64"), [2])],
      dimension: 0,
      attributes: "attributes {scan_dim_size = 3 : i64} ",
      body: [
        "%y = chlo.square %s0 : tensor<f64> -> tensor<f64>",
        "stablehlo.return %s0, %y : tensor<f64>, tensor<f64>",
      ],
      results: [tensorType([3], "f64"), tensorType([], "f64")],
    });
    expect(results).toEqual([[2, 4, 16], [256]]);
  });

  it("has no turn over no slices", () => {
    const results = [tensorType([0], "f64"), scalar];
    expect(scan({ ...running, inputs: [f64([0], [])], results })).toEqual([[], [10]]);
  });
});
