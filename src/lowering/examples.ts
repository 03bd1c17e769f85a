/** @file Examples of the lowering passes: text before and after, which tests run and help prints. */
import type { PassExample } from "../passes/pass.js";

/** Two steps in a straight line. */
export const linearScanExample: PassExample = {
  before: `func.func public @main(%arg0: tensor<1x2x3xf32>, %arg1: tensor<1x2x3xf32>, %arg2: tensor<1x3xf32>) -> (tensor<1x2x3xf32>, tensor<1x3xf32>) {
  %0:2 = "nn.linear_scan"(%arg0, %arg1, %arg2) <{axis = 1 : i64}> : (tensor<1x2x3xf32>, tensor<1x2x3xf32>, tensor<1x3xf32>) -> (tensor<1x2x3xf32>, tensor<1x3xf32>)
  return %0#0, %0#1 : tensor<1x2x3xf32>, tensor<1x3xf32>
}`,
  after: `func.func public @main(%arg0: tensor<1x2x3xf32>, %arg1: tensor<1x2x3xf32>, %arg2: tensor<1x3xf32>) -> (tensor<1x2x3xf32>, tensor<1x3xf32>) {
  %0 = stablehlo.slice %arg0 [0:1, 0:1, 0:3] : (tensor<1x2x3xf32>) -> tensor<1x1x3xf32>
  %1 = stablehlo.reshape %0 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %2 = stablehlo.slice %arg1 [0:1, 0:1, 0:3] : (tensor<1x2x3xf32>) -> tensor<1x1x3xf32>
  %3 = stablehlo.reshape %2 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %4 = stablehlo.multiply %3, %arg2 : tensor<1x3xf32>
  %5 = stablehlo.add %4, %1 : tensor<1x3xf32>
  %6 = stablehlo.reshape %5 : (tensor<1x3xf32>) -> tensor<1x1x3xf32>
  %7 = stablehlo.slice %arg0 [0:1, 1:2, 0:3] : (tensor<1x2x3xf32>) -> tensor<1x1x3xf32>
  %8 = stablehlo.reshape %7 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %9 = stablehlo.slice %arg1 [0:1, 1:2, 0:3] : (tensor<1x2x3xf32>) -> tensor<1x1x3xf32>
  %10 = stablehlo.reshape %9 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %11 = stablehlo.multiply %10, %5 : tensor<1x3xf32>
  %12 = stablehlo.add %11, %8 : tensor<1x3xf32>
  %13 = stablehlo.reshape %12 : (tensor<1x3xf32>) -> tensor<1x1x3xf32>
  %14 = stablehlo.concatenate %6, %13, dim = 1 : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x2x3xf32>
  return %14, %12 : tensor<1x2x3xf32>, tensor<1x3xf32>
}`,
};

/** A step of one channel with two states, from zero: what came before is nothing. */
export const selectiveScanExample: PassExample = {
  before: `func.func public @main(%arg0: tensor<1x1xf32>, %arg1: tensor<1x1xf32>, %arg2: tensor<1x2xf32>, %arg3: tensor<1x2xf32>, %arg4: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c = stablehlo.constant dense<1> : tensor<i32>
  %cst = stablehlo.constant dense<0.000000e+00> : tensor<1x2xf32>
  %0:2 = "nn.selective_scan"(%arg0, %arg1, %arg2, %arg3, %arg4, %c, %cst) <{a_dims = array<i64: 1, 2>, axis = 0 : i64, b_dims = array<i64: 0, 2>, c_dims = array<i64: 0, 2>, delta_dims = array<i64: 0, 1>, segment_dims = array<i64>, states = 1 : i64}> : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<i32>, tensor<1x2xf32>) -> (tensor<1x1xf32>, tensor<1x2xf32>)
  return %0#0 : tensor<1x1xf32>
}`,
  after: `func.func public @main(%arg0: tensor<1x1xf32>, %arg1: tensor<1x1xf32>, %arg2: tensor<1x2xf32>, %arg3: tensor<1x2xf32>, %arg4: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c = stablehlo.constant dense<1> : tensor<i32>
  %cst = stablehlo.constant dense<0.000000e+00> : tensor<1x2xf32>
  %0 = stablehlo.reshape %cst : (tensor<1x2xf32>) -> tensor<1x1x2xf32>
  %1 = stablehlo.transpose %arg2, dims = [1, 0] : (tensor<1x2xf32>) -> tensor<2x1xf32>
  %2 = stablehlo.broadcast_in_dim %arg3, dims = [0, 1] : (tensor<1x2xf32>) -> tensor<1x2x1xf32>
  %3 = stablehlo.broadcast_in_dim %arg0, dims = [0, 2] : (tensor<1x1xf32>) -> tensor<1x2x1xf32>
  %4 = stablehlo.multiply %2, %3 : tensor<1x2x1xf32>
  %5 = stablehlo.broadcast_in_dim %arg4, dims = [0, 1] : (tensor<1x2xf32>) -> tensor<1x2x1xf32>
  %6 = stablehlo.multiply %5, %4 : tensor<1x2x1xf32>
  %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %7 = stablehlo.reduce(%6 init: %cst_0) applies stablehlo.add across dimensions = [1] : (tensor<1x2x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %8 = stablehlo.transpose %4, dims = [0, 2, 1] : (tensor<1x2x1xf32>) -> tensor<1x1x2xf32>
  %9 = stablehlo.reshape %8 : (tensor<1x1x2xf32>) -> tensor<1x2xf32>
  return %7 : tensor<1x1xf32>
}`,
};

/** Two tokens that nothing came before: dense, for a band would only add rows. */
export const attentionExample: PassExample = {
  before: `func.func public @main(%arg0: tensor<1x2x3x4xf32>, %arg1: tensor<1x2x4xf32>, %arg2: tensor<1x2x4xf32>, %arg3: tensor<1x2xi32>, %arg4: tensor<1x8x4xf32>, %arg5: tensor<1x8x4xf32>) -> tensor<1x2x3x4xf32> {
  %c = stablehlo.constant dense<0> : tensor<1xi32>
  %0 = "nn.attention"(%arg0, %arg1, %arg2, %arg3, %arg4, %arg5, %c) <{scale = 5.000000e-01 : f32}> : (tensor<1x2x3x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2xi32>, tensor<1x8x4xf32>, tensor<1x8x4xf32>, tensor<1xi32>) -> tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}`,
  after: `func.func public @main(%arg0: tensor<1x2x3x4xf32>, %arg1: tensor<1x2x4xf32>, %arg2: tensor<1x2x4xf32>, %arg3: tensor<1x2xi32>, %arg4: tensor<1x8x4xf32>, %arg5: tensor<1x8x4xf32>) -> tensor<1x2x3x4xf32> {
  %c = stablehlo.constant dense<0> : tensor<1xi32>
  %c_0 = stablehlo.constant dense<0> : tensor<1x2xi32>
  %0 = stablehlo.compare EQ, %arg3, %c_0 : (tensor<1x2xi32>, tensor<1x2xi32>) -> tensor<1x2xi1>
  %1 = stablehlo.convert %0 : (tensor<1x2xi1>) -> tensor<1x2xi32>
  %2 = stablehlo.slice %1 [0:1, 0:1] : (tensor<1x2xi32>) -> tensor<1x1xi32>
  %c_1 = stablehlo.constant dense<0> : tensor<i32>
  %3 = stablehlo.pad %2, %c_1, low = [0, 1], high = [0, 0], interior = [0, 0] : (tensor<1x1xi32>, tensor<i32>) -> tensor<1x2xi32>
  %4 = stablehlo.add %1, %3 : tensor<1x2xi32>
  %5 = stablehlo.iota dim = 1 : tensor<1x2x2xi32>
  %6 = stablehlo.iota dim = 2 : tensor<1x2x2xi32>
  %7 = stablehlo.subtract %5, %6 : tensor<1x2x2xi32>
  %c_2 = stablehlo.constant dense<0> : tensor<1x2x2xi32>
  %8 = stablehlo.compare GE, %7, %c_2 : (tensor<1x2x2xi32>, tensor<1x2x2xi32>) -> tensor<1x2x2xi1>
  %c_3 = stablehlo.constant dense<8> : tensor<1x2x2xi32>
  %9 = stablehlo.compare LE, %7, %c_3 : (tensor<1x2x2xi32>, tensor<1x2x2xi32>) -> tensor<1x2x2xi1>
  %10 = stablehlo.and %8, %9 : tensor<1x2x2xi1>
  %11 = stablehlo.broadcast_in_dim %4, dims = [0, 1] : (tensor<1x2xi32>) -> tensor<1x2x2xi32>
  %12 = stablehlo.broadcast_in_dim %4, dims = [0, 2] : (tensor<1x2xi32>) -> tensor<1x2x2xi32>
  %13 = stablehlo.compare EQ, %11, %12 : (tensor<1x2x2xi32>, tensor<1x2x2xi32>) -> tensor<1x2x2xi1>
  %14 = stablehlo.and %10, %13 : tensor<1x2x2xi1>
  %15 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0] x [0], contracting_dims = [3] x [2] : (tensor<1x2x3x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x3x2xf32>
  %cst = stablehlo.constant dense<5.000000e-01> : tensor<1x2x3x2xf32>
  %16 = stablehlo.multiply %15, %cst : tensor<1x2x3x2xf32>
  %17 = stablehlo.broadcast_in_dim %14, dims = [0, 1, 3] : (tensor<1x2x2xi1>) -> tensor<1x2x3x2xi1>
  %cst_4 = stablehlo.constant dense<-2.38197633E+38> : tensor<1x2x3x2xf32>
  %18 = stablehlo.select %17, %16, %cst_4 : tensor<1x2x3x2xi1>, tensor<1x2x3x2xf32>
  %cst_5 = stablehlo.constant dense<0xFF800000> : tensor<f32>
  %19 = stablehlo.reduce(%18 init: %cst_5) applies stablehlo.maximum across dimensions = [3] : (tensor<1x2x3x2xf32>, tensor<f32>) -> tensor<1x2x3xf32>
  %20 = stablehlo.broadcast_in_dim %19, dims = [0, 1, 2] : (tensor<1x2x3xf32>) -> tensor<1x2x3x2xf32>
  %21 = stablehlo.subtract %18, %20 : tensor<1x2x3x2xf32>
  %22 = stablehlo.exponential %21 : tensor<1x2x3x2xf32>
  %cst_6 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %23 = stablehlo.reduce(%22 init: %cst_6) applies stablehlo.add across dimensions = [3] : (tensor<1x2x3x2xf32>, tensor<f32>) -> tensor<1x2x3xf32>
  %24 = stablehlo.broadcast_in_dim %23, dims = [0, 1, 2] : (tensor<1x2x3xf32>) -> tensor<1x2x3x2xf32>
  %25 = stablehlo.divide %22, %24 : tensor<1x2x3x2xf32>
  %26 = stablehlo.dot_general %25, %arg2, batching_dims = [0] x [0], contracting_dims = [3] x [1] : (tensor<1x2x3x2xf32>, tensor<1x2x4xf32>) -> tensor<1x2x3x4xf32>
  return %26 : tensor<1x2x3x4xf32>
}`,
};

/** An op by its meaning. */
export const decomposedExample: PassExample = {
  before: `func.func public @main(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = "nn.softplus"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}`,
  after: `func.func public @main(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.abs %arg0 : tensor<2x3xf32>
  %1 = stablehlo.negate %0 : tensor<2x3xf32>
  %2 = stablehlo.exponential %1 : tensor<2x3xf32>
  %3 = stablehlo.log_plus_one %2 : tensor<2x3xf32>
  %cst = stablehlo.constant dense<0.000000e+00> : tensor<2x3xf32>
  %4 = stablehlo.maximum %arg0, %cst : tensor<2x3xf32>
  %5 = stablehlo.add %4, %3 : tensor<2x3xf32>
  return %5 : tensor<2x3xf32>
}`,
};

/** One token of one head with one decay, and the state after it: a step, whatever the strategy. */
export const matrixStatesExample: PassExample = {
  before: `func.func public @main(%arg0: tensor<1x1x3xf32>, %arg1: tensor<1x1x3xf32>, %arg2: tensor<1x1x1x4xf32>, %arg3: tensor<1x1x1x1xf32>, %arg4: tensor<1x1x3x4xf32>) -> (tensor<1x1x1x4xf32>, tensor<1x1x3x4xf32>) {
  %0:2 = "nn.linear_attention"(%arg0, %arg1, %arg2, %arg3, %arg4) : (tensor<1x1x3xf32>, tensor<1x1x3xf32>, tensor<1x1x1x4xf32>, tensor<1x1x1x1xf32>, tensor<1x1x3x4xf32>) -> (tensor<1x1x1x4xf32>, tensor<1x1x3x4xf32>)
  return %0#0, %0#1 : tensor<1x1x1x4xf32>, tensor<1x1x3x4xf32>
}`,
  after: `func.func public @main(%arg0: tensor<1x1x3xf32>, %arg1: tensor<1x1x3xf32>, %arg2: tensor<1x1x1x4xf32>, %arg3: tensor<1x1x1x1xf32>, %arg4: tensor<1x1x3x4xf32>) -> (tensor<1x1x1x4xf32>, tensor<1x1x3x4xf32>) {
  %0 = stablehlo.transpose %arg0, dims = [1, 0, 2] : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  %1 = stablehlo.transpose %arg1, dims = [1, 0, 2] : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  %2 = stablehlo.transpose %arg2, dims = [2, 0, 1, 3] : (tensor<1x1x1x4xf32>) -> tensor<1x1x1x4xf32>
  %3 = stablehlo.reshape %2 : (tensor<1x1x1x4xf32>) -> tensor<1x1x4xf32>
  %4 = stablehlo.transpose %arg3, dims = [2, 0, 1, 3] : (tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  %5 = stablehlo.reshape %4 : (tensor<1x1x1x1xf32>) -> tensor<1x1x1xf32>
  %6 = stablehlo.exponential %5 : tensor<1x1x1xf32>
  %7 = stablehlo.reshape %arg4 : (tensor<1x1x3x4xf32>) -> tensor<1x3x4xf32>
  %c = stablehlo.constant dense<0> : tensor<i32>
  %c_0 = stablehlo.constant dense<0> : tensor<i32>
  %8 = stablehlo.dynamic_slice %0, %c, %c_0, %c_0, sizes = [1, 1, 3] : (tensor<1x1x3xf32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x1x3xf32>
  %9 = stablehlo.reshape %8 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %10 = stablehlo.broadcast_in_dim %9, dims = [0, 2] : (tensor<1x3xf32>) -> tensor<1x1x3xf32>
  %11 = stablehlo.reshape %10 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %12 = stablehlo.dynamic_slice %1, %c, %c_0, %c_0, sizes = [1, 1, 3] : (tensor<1x1x3xf32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x1x3xf32>
  %13 = stablehlo.reshape %12 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %14 = stablehlo.broadcast_in_dim %13, dims = [0, 2] : (tensor<1x3xf32>) -> tensor<1x1x3xf32>
  %15 = stablehlo.reshape %14 : (tensor<1x1x3xf32>) -> tensor<1x3xf32>
  %16 = stablehlo.dynamic_slice %3, %c, %c_0, %c_0, sizes = [1, 1, 4] : (tensor<1x1x4xf32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x1x4xf32>
  %17 = stablehlo.reshape %16 : (tensor<1x1x4xf32>) -> tensor<1x4xf32>
  %18 = stablehlo.dynamic_slice %6, %c, %c_0, %c_0, sizes = [1, 1, 1] : (tensor<1x1x1xf32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x1x1xf32>
  %19 = stablehlo.reshape %18 : (tensor<1x1x1xf32>) -> tensor<1x1xf32>
  %20 = stablehlo.reshape %19 : (tensor<1x1xf32>) -> tensor<1xf32>
  %21 = stablehlo.broadcast_in_dim %20, dims = [0] : (tensor<1xf32>) -> tensor<1x3x4xf32>
  %22 = stablehlo.multiply %21, %7 : tensor<1x3x4xf32>
  %23 = stablehlo.broadcast_in_dim %15, dims = [0, 1] : (tensor<1x3xf32>) -> tensor<1x3x4xf32>
  %24 = stablehlo.broadcast_in_dim %17, dims = [0, 2] : (tensor<1x4xf32>) -> tensor<1x3x4xf32>
  %25 = stablehlo.multiply %23, %24 : tensor<1x3x4xf32>
  %26 = stablehlo.add %22, %25 : tensor<1x3x4xf32>
  %27 = stablehlo.dot_general %11, %26, batching_dims = [0] x [0], contracting_dims = [1] x [1] : (tensor<1x3xf32>, tensor<1x3x4xf32>) -> tensor<1x4xf32>
  %28 = stablehlo.reshape %27 : (tensor<1x4xf32>) -> tensor<1x1x1x4xf32>
  %29 = stablehlo.transpose %28, dims = [1, 2, 0, 3] : (tensor<1x1x1x4xf32>) -> tensor<1x1x1x4xf32>
  %30 = stablehlo.reshape %26 : (tensor<1x3x4xf32>) -> tensor<1x1x3x4xf32>
  return %29, %30 : tensor<1x1x1x4xf32>, tensor<1x1x3x4xf32>
}`,
};
