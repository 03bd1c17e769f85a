/** @file Value cases of the ops that make and rearrange elements. */
import { tensor } from "../tensors.js";
import { type ValueCase, valueCase } from "../value-case.js";

const none = {};

export const shapeCases: readonly ValueCase[] = [
  valueCase("stablehlo.broadcast", "adds dimensions in front", {
    operands: ["2xi32: 1 2"],
    attributes: { broadcast_sizes: [2] },
    expected: ["2x2xi32: 1 2 1 2"],
  }),
  valueCase("stablehlo.broadcast_in_dim", "repeats along new dimensions and sizes of 1", {
    operands: ["1x3xi32: 1 2 3"],
    attributes: { broadcast_dimensions: [2, 1] },
    results: ["2x3x2xi32"],
    expected: ["2x3x2xi32: 1 1 2 2 3 3 1 1 2 2 3 3"],
  }),
  valueCase("stablehlo.concatenate", "puts inputs one after the other", {
    operands: ["2x1xi32: 1 2", "2x2xi32: 3 4 5 6", "2x0xi32:"],
    attributes: { dimension: 1 },
    expected: ["2x3xi32: 1 3 4 2 5 6"],
  }),
  valueCase("stablehlo.constant", "is its value", {
    operands: [],
    attributes: { value: tensor("2xbf16: 1.5 -2") },
    expected: ["2xbf16: 1.5 -2"],
  }),
  valueCase("stablehlo.dynamic_broadcast_in_dim", "repeats to a shape that is data", {
    operands: ["2xi32: 1 2", "2xi64: 2 2"],
    attributes: { broadcast_dimensions: [0] },
    results: ["2x2xi32"],
    expected: ["2x2xi32: 1 1 2 2"],
  }),
  valueCase("stablehlo.dynamic_iota", "counts in a shape that is data", {
    operands: ["2xi64: 2 3"],
    attributes: { iota_dimension: 1 },
    results: ["2x3xf32"],
    expected: ["2x3xf32: 0 1 2 0 1 2"],
  }),
  valueCase("stablehlo.dynamic_pad", "pads by amounts that are data", {
    operands: ["3xi32: 1 2 3", "i32: 0", "1xi64: 1", "1xi64: -1", "1xi64: 1"],
    attributes: none,
    results: ["5xi32"],
    expected: ["5xi32: 0 1 0 2 0"],
  }),
  valueCase("stablehlo.dynamic_reshape", "reshapes to a shape that is data", {
    operands: ["4xi32: 1 2 3 4", "2xi32: 2 2"],
    attributes: none,
    results: ["2x2xi32"],
    expected: ["2x2xi32: 1 2 3 4"],
  }),
  valueCase("stablehlo.dynamic_slice", "clamps the start", {
    operands: ["2x3xi32: 1 2 3 4 5 6", "i64: -4", "i64: 9"],
    attributes: { slice_sizes: [1, 2] },
    expected: ["1x2xi32: 2 3"],
  }),
  valueCase("stablehlo.dynamic_update_slice", "clamps the start", {
    operands: ["4xf32: 1 2 3 4", "2xf32: 8 9", "i32: 100"],
    attributes: none,
    expected: ["4xf32: 1 2 8 9"],
  }),
  valueCase("stablehlo.get_dimension_size", "is the size", {
    operands: ["2x3xf32: 0"],
    attributes: { dimension: 1 },
    expected: ["i32: 3"],
  }),
  valueCase("stablehlo.iota", "counts along a dimension, in complex numbers too", {
    operands: [],
    attributes: { iota_dimension: 0 },
    results: ["2x2xcomplex<f32>"],
    expected: ["2x2xcomplex<f32>: 0,0 0,0 1,0 1,0"],
  }),
  valueCase("stablehlo.iota", "wraps in narrow integers", {
    operands: [],
    attributes: { iota_dimension: 0 },
    results: ["5xui2"],
    expected: ["5xui2: 0 1 2 3 0"],
  }),
  valueCase("stablehlo.pad", "adds, cuts, and spaces out", {
    operands: ["2x3xi32: 1 2 3 4 5 6", "i32: 0"],
    attributes: { edge_padding_low: [0, -1], edge_padding_high: [1, 2], interior_padding: [1, 0] },
    expected: ["4x4xi32: 2 3 0 0 0 0 0 0 5 6 0 0 0 0 0 0"],
  }),
  valueCase("stablehlo.real_dynamic_slice", "takes every stride-th element", {
    operands: ["5xi32: 1 2 3 4 5", "1xi64: 1", "1xi64: 5", "1xi64: 3"],
    attributes: none,
    results: ["2xi32"],
    expected: ["2xi32: 2 5"],
  }),
  valueCase("stablehlo.reshape", "keeps the row-major order", {
    operands: ["2x3xi1: 1 0 0 1 1 0"],
    attributes: none,
    results: ["3x2xi1"],
    expected: ["3x2xi1: 1 0 0 1 1 0"],
  }),
  valueCase("stablehlo.reverse", "turns dimensions around", {
    operands: ["2x3xi32: 1 2 3 4 5 6"],
    attributes: { dimensions: [1] },
    expected: ["2x3xi32: 3 2 1 6 5 4"],
  }),
  valueCase("stablehlo.slice", "takes every stride-th element of a part", {
    operands: ["3x4xi32: 0 1 2 3 4 5 6 7 8 9 10 11"],
    attributes: { start_indices: [1, 0], limit_indices: [3, 4], strides: [1, 3] },
    expected: ["2x2xi32: 4 7 8 11"],
  }),
  valueCase("stablehlo.transpose", "permutes dimensions", {
    operands: ["2x3xcomplex<f64>: 1,0 2,0 3,0 4,1 5,1 6,1"],
    attributes: { permutation: [1, 0] },
    expected: ["3x2xcomplex<f64>: 1,0 4,1 2,0 5,1 3,0 6,1"],
  }),
];
