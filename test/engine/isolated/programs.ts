/** @file Programs that no process should run without bounds. */

/** Doubles its argument: one that is well. */
export const DOUBLE = `func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
  %y = stablehlo.add %x, %x : tensor<3xf32>
  return %y : tensor<3xf32>
}
`;

/** A loop that never ends. */
export const HANG = `func.func @main() -> tensor<i32> {
  %0 = stablehlo.constant dense<0> : tensor<i32>
  %1 = stablehlo.while(%a = %0) : tensor<i32>
  cond {
    %z = stablehlo.constant dense<0> : tensor<i32>
    %c = stablehlo.compare GE, %a, %z : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  } do {
    %t = stablehlo.constant dense<2> : tensor<i32>
    %b = stablehlo.remainder %a, %t : tensor<i32>
    stablehlo.return %b : tensor<i32>
  }
  return %1 : tensor<i32>
}
`;

/** A custom call that XLA's CPU compiler of jaxlib 0.11.2 takes for another, and aborts on. */
export const ABORT = `func.func @main() -> tensor<4xf32> {
  %0 = stablehlo.constant dense<1.0> : tensor<4xf32>
  %1 = stablehlo.custom_call @TopK(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
`;

/** Sorts 2.4 GB. */
export const EAT = `func.func @main() -> tensor<1xf32> {
  %0 = stablehlo.iota dim = 0 : tensor<600000000xf32>
  %1 = "stablehlo.sort"(%0) <{dimension = 0 : i64, is_stable = true}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %c = stablehlo.compare GT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }) : (tensor<600000000xf32>) -> tensor<600000000xf32>
  %2 = stablehlo.slice %1 [5:6:1] : (tensor<600000000xf32>) -> tensor<1xf32>
  return %2 : tensor<1xf32>
}
`;
