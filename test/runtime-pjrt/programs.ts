/** @file For tests: small programs. */

/** StableHLO text of a module whose main has this body. */
export function main(parameters: string, results: string, body: string): string {
  return `module @test {\n  func.func @main(${parameters}) -> ${results} {\n${body}\n  }\n}\n`;
}

export const f32x4 = { elementType: "f32", dimensions: [4] } as const;

/** `a + b` over tensor<4xf32>; with donation, a's memory becomes the result's. */
export function addProgram(donate = false): string {
  const attribute = donate ? " {tf.aliasing_output = 0 : i32}" : "";
  return main(
    `%a: tensor<4xf32>${attribute}, %b: tensor<4xf32>`,
    "tensor<4xf32>",
    "    %0 = stablehlo.add %a, %b : tensor<4xf32>\n    return %0 : tensor<4xf32>",
  );
}

/** A program that multiplies a 512x512 matrix with itself `steps` times: about 5 ms a step on one core. */
export function slowProgram(steps: number): string {
  const T = "tensor<512x512xf32>";
  return main(
    `%x: ${T}`,
    T,
    `    %zero = stablehlo.constant dense<0> : tensor<i32>
    %limit = stablehlo.constant dense<${steps}> : tensor<i32>
    %one = stablehlo.constant dense<1> : tensor<i32>
    %scale = stablehlo.constant dense<0.001> : ${T}
    %r:2 = stablehlo.while(%i = %zero, %y = %x) : tensor<i32>, ${T}
    cond {
      %c = stablehlo.compare LT, %i, %limit : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %n = stablehlo.add %i, %one : tensor<i32>
      %p = stablehlo.dot_general %y, %y, contracting_dims = [1] x [0] : (${T}, ${T}) -> ${T}
      %q = stablehlo.multiply %p, %scale : ${T}
      stablehlo.return %n, %q : tensor<i32>, ${T}
    }
    return %r#1 : ${T}`,
  );
}
