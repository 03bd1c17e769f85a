/** @file Programs of the runtime benchmarks. */

/** One addition of two tensor<4xf32>. */
export const TRIVIAL = `module @trivial {
  func.func @main(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
    %0 = stablehlo.add %a, %b : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}`;

const MATRIX = "tensor<256x256xf32>";

/** About 1 ms a step on one core: the argument times itself, over and over. */
export function chain(steps: number): string {
  const body = Array.from(
    { length: steps },
    (_, i) =>
      `    %p${i + 1} = stablehlo.dot_general %p${i}, %p0, contracting_dims = [1] x [0] : (${MATRIX}, ${MATRIX}) -> ${MATRIX}`,
  );
  return [
    "module @chain {",
    `  func.func @main(%p0: ${MATRIX}) -> ${MATRIX} {`,
    ...body,
    `    return %p${steps} : ${MATRIX}`,
    "  }",
    "}",
  ].join("\n");
}

/** A program that takes long to compile: many reductions and transcendental chains that fuse in different ways. */
export function slowToCompile(blocks: number): string {
  const T = "tensor<64x64xf32>";
  const V = "tensor<64xf32>";
  const body = Array.from({ length: blocks }, (_, i) => [
    `    %s${i} = stablehlo.sine %x${i} : ${T}`,
    `    %e${i} = stablehlo.exponential %s${i} : ${T}`,
    `    %r${i} = stablehlo.reduce(%e${i} init: %zero) applies stablehlo.add across dimensions = [${i % 2}] : (${T}, tensor<f32>) -> ${V}`,
    `    %b${i} = stablehlo.broadcast_in_dim %r${i}, dims = [${i % 2}] : (${V}) -> ${T}`,
    `    %t${i} = stablehlo.tanh %b${i} : ${T}`,
    `    %x${i + 1} = stablehlo.add %s${i}, %t${i} : ${T}`,
  ]).flat();
  return [
    "module @slow {",
    `  func.func @main(%x0: ${T}) -> ${T} {`,
    "    %zero = stablehlo.constant dense<0.0> : tensor<f32>",
    ...body,
    `    return %x${blocks} : ${T}`,
    "  }",
    "}",
  ].join("\n");
}
