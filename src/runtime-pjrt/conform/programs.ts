/** @file Small programs and tensors of the conformance checks. */
import type { Client } from "../client.js";
import type { CompileRequest } from "../compile.js";
import type { Executable } from "../executable.js";
import type { HostTensor } from "../host-tensor.js";

export const vector = { elementType: "f32", dimensions: [4] } as const;

/** A tensor of four numbers. */
export function four(...values: readonly [number, number, number, number]): HostTensor {
  return { ...vector, data: new Float32Array(values) };
}

/** `a + b`; with `donate` the first argument's memory becomes the result's. */
export function addition(donate = false): CompileRequest {
  const attribute = donate ? " {tf.aliasing_output = 0 : i32}" : "";
  return {
    program: `module @addition {
  func.func @main(%a: tensor<4xf32>${attribute}, %b: tensor<4xf32>) -> tensor<4xf32> {
    %0 = stablehlo.add %a, %b : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}`,
    signature: { arguments: [{ ...vector, donated: donate }, vector], results: [vector] },
  };
}

/** The sum of the argument over two replicas. */
export const sumOverReplicas: CompileRequest = {
  program: `module @sum {
  func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
    %0 = "stablehlo.all_reduce"(%a) ({
    ^bb0(%x: tensor<f32>, %y: tensor<f32>):
      %s = stablehlo.add %x, %y : tensor<f32>
      stablehlo.return %s : tensor<f32>
    }) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}`,
  signature: { arguments: [vector], results: [vector] },
  options: { replicas: 2 },
};

/** Runs a program on one device; gives the numbers of its first result. */
export async function run(
  client: Client,
  executable: Executable,
  ...inputs: readonly HostTensor[]
): Promise<number[]> {
  const buffers = await Promise.all(inputs.map((input) => client.toDevice(input)));
  const results = await executable.execute(buffers);
  const bytes = await results[0]!.toHost();
  for (const buffer of [...buffers, ...results]) buffer.close();
  return [...new Float32Array(bytes.buffer)];
}
