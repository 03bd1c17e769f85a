/** @file What a model author imports. */
export { type Axis, axis, type DType, type FloatDType } from "./axis.js";
export { body, type Body, Opaque, op, type Operand, type ResultOf } from "./op.js";
export { type Spec, spec, type TensorOf } from "./spec.js";
export { cond, switchCase, whileLoop } from "./control.js";
export {
  abs,
  ceil,
  cos,
  exp,
  expm1,
  fill,
  floor,
  geluTanh,
  log,
  log1p,
  neg,
  not,
  oneMinus,
  range,
  rsqrt,
  select,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  tanh,
} from "./elementwise.js";
export { ShapeError, TraceError } from "./errors.js";
export { composite, fn } from "./functions.js";
export { customVjp } from "./custom-gradient.js";
export {
  type DifferentiableDType,
  type GradientsOf,
  grad,
  gradientsOfParameters,
  jvp,
  stopGradient,
  valueAndGrad,
  type VectorJacobianProduct,
  vjp,
} from "./gradient.js";
export {
  blockDiagonal,
  causalConv1d,
  linearScan,
  localAttention,
  type Ring,
  kvCacheUpdate,
  rmsNorm,
  rotary,
} from "./nn.js";
export {
  adaptParameters,
  input,
  parameter,
  probe,
  program,
  type ProgramOptions,
  type State,
  state,
  type TracedProgram,
  updateParameters,
  withoutStates,
} from "./program.js";
export { all, any, argmax, dot, maximum, mean, sum } from "./reduce.js";
export { keep, remat, type RematOptions } from "./remat.js";
export { roundTo } from "./round.js";
export { type ScanStep, scan } from "./scan.js";
export { at, concat, merge, slice, split, take, transpose } from "./shape.js";
export { Tensor } from "./tensor.js";
export { scope, withPrecision } from "./trace.js";
