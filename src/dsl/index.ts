/** @file What a model author imports. */
export {
  type Axis,
  axis,
  type ComplexDType,
  type DType,
  type FloatDType,
  type IntegerDType,
  type RealOf,
} from "./axis.js";
export { attention, type Cache, type CacheKind, kvCacheUpdate } from "./attention.js";
export { body, type Body, Opaque, op, type Operand, type ResultOf } from "./op.js";
export { type Spec, spec, type TensorOf } from "./spec.js";
export { cond, switchCase, whileLoop } from "./control.js";
export { atan2, bitcast, clamp, complex, logAddExp } from "./arithmetic.js";
export { type Padding, pad, reverse, roll, squeeze, stack } from "./arrange.js";
export { constant, oneHot } from "./constant.js";
export { type ConvOptions, type ConvWindow, conv } from "./conv.js";
export { associativeScan, cumLogSumExp, cummax, cummin, cumprod, cumsum } from "./cumulative.js";
export { customCall, type CustomCallOptions } from "./custom-call.js";
export { einsum } from "./einsum.js";
export * from "./elementwise.js";
/** By its name in NumPy, JAX and PyTorch. */
export { select as where } from "./elementwise.js";
export {
  dynamicSlice,
  dynamicUpdateSlice,
  gather,
  type IndicesOf,
  scatter,
  type ScatterWay,
  take,
} from "./indexing.js";
export * as random from "./random.js";
export { argsort, sort, type SortOptions, topK } from "./sort.js";
export {
  maxPool,
  meanPool,
  minPool,
  reduceWindow,
  sumPool,
  type Window,
  type WindowPadding,
} from "./window.js";
export { deltaRule, linearAttention } from "./matrix-states.js";
export { print } from "./print.js";
export { probe } from "./probe.js";
export { ShapeError, TraceError } from "./errors.js";
export { composite, fn } from "./functions.js";
export { customVjp } from "./custom-gradient.js";
export {
  type DifferentiableDType,
  type GradientsOf,
  grad,
  gradientsOfParameters,
  jvp,
  type Linearization,
  linearize,
  stopGradient,
  valueAndGrad,
  type VectorJacobianProduct,
  vjp,
} from "./gradient.js";
export {
  blockDiagonal,
  causalConv1d,
  linearScan,
  rmsNorm,
  rotary,
} from "./nn.js";
export {
  adaptParameters,
  input,
  type OpenSpecs,
  parameter,
  program,
  type ProgramOptions,
  type Specs,
  type State,
  state,
  type TensorsOf,
  type TracedProgram,
  updateParameters,
  withoutStates,
} from "./program.js";
export {
  all,
  any,
  argmax,
  argmin,
  dot,
  type DotOptions,
  maximum,
  mean,
  minimum,
  prod,
  sum,
  variance,
} from "./reduce.js";
export { keep, remat, type RematOptions } from "./remat.js";
export { roundTo } from "./round.js";
export { type ScanStep, scan } from "./scan.js";
export { selectiveScan } from "./selective-scan.js";
export { at, concat, merge, slice, split, transpose } from "./shape.js";
export { Tensor } from "./tensor.js";
export { scope, withPrecision } from "./trace.js";
