// The runtime alone: a plugin, a client, a program as text, buffers.
import { findPlugin, Plugin } from "stablegriffin/pjrt";

const { path } = await findPlugin("cpu", { install: true }); // or "tpu", "cuda", a path
const plugin = await Plugin.load(path); // apiVersion, stablehloVersions, attributes
await using client = await plugin.createClient(); // devices, platformName, platformVersion, stats()

const vector = { elementType: "f32", dimensions: [4] } as const;
const program = `func.func @main(%s: tensor<4xf32> {tf.aliasing_output = 0 : i32}, %x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %s, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}`;
const executable = await client.compile({
  program, // StableHLO text, MLIR bytecode or a portable artifact
  signature: { arguments: [{ ...vector, name: "state", donated: true }, vector], results: [vector] },
});

const first = await client.toDevice({ ...vector, data: new Float32Array(4) });
const x = await client.toDevice({ ...vector, data: new Float32Array([1, 2, 3, 4]) });
const [state] = await executable.execute([first, x]); // enqueues; the old state is donated, x stays alive
const bytes = await state!.toHost(); // waits for the contents
console.log(new Float32Array(bytes.buffer));
