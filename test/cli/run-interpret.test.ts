/** @file `griffin run FILE --interpret`: programs of files without a plugin. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

async function fileOf(text: string): Promise<string> {
  const file = join(await temporaryFolder(), "program.mlir");
  await writeFile(file, text);
  return file;
}

test("a program of a file is interpreted, its arguments by their numbers", async () => {
  const file = await fileOf(`func.func @main(%n: tensor<4xi32>) -> (tensor<4xi32>, tensor<i32>) {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %sum = stablehlo.reduce(%n init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<4xi32>, tensor<i32>) -> tensor<i32>
  %m = stablehlo.negate %n : tensor<4xi32>
  return %m, %sum : tensor<4xi32>, tensor<i32>
}`);
  const outcome = await griffinJson(["run", file, "--random", "3", "--interpret"]);
  const [negated, sum] = (outcome as { results: { values: number[] }[] }).results.map(({ values }) => values);
  expect(negated).toHaveLength(4);
  expect(sum).toEqual([-negated!.reduce((a, b) => a + b)]);
});

test("unknown sizes become those of the arguments", async () => {
  const file = await fileOf(`func.func @main() -> tensor<?xi32> {
  %0 = stablehlo.constant dense<[1, 2, 3]> : tensor<3xi32>
  %1 = call @twice(%0) : (tensor<3xi32>) -> tensor<?xi32>
  return %1 : tensor<?xi32>
}
func.func private @twice(%x: tensor<3xi32>) -> tensor<?xi32> {
  %0 = stablehlo.add %x, %x : tensor<3xi32>
  %1 = stablehlo.convert %0 : (tensor<3xi32>) -> tensor<?xi32>
  return %1 : tensor<?xi32>
}`);
  expect(await griffinJson(["run", file, "--interpret"])).toEqual({
    results: [{ type: "tensor<3xi32>", values: [2, 4, 6] }],
  });
});

test("ops of models are run by their meaning", async () => {
  const file = await fileOf(`func.func @main() -> tensor<1x3x1xf32> {
  %x = stablehlo.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32>
  %a = stablehlo.constant dense<0.5> : tensor<1x3x1xf32>
  %h0 = stablehlo.constant dense<4.0> : tensor<1x1xf32>
  %y, %last = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : (tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x1xf32>) -> (tensor<1x3x1xf32>, tensor<1x1xf32>)
  return %y : tensor<1x3x1xf32>
}`);
  expect(await griffinJson(["run", file, "--interpret"])).toEqual({
    results: [{ type: "tensor<1x3x1xf32>", values: [3, 3.5, 4.75] }],
  });
});

test("what the interpreter does not know is an error at the author's line", async () => {
  const file = await fileOf(`func.func @main() -> tensor<2xf32> {
  %0 = stablehlo.constant dense<1.0> : tensor<2xf32>
  %1 = stablehlo.custom_call @somebodys(%0) : (tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}`);
  const { exitCode, stderr } = await griffin([
    "run",
    file,
    "--interpret",
    "--allow-custom-call",
    "somebodys",
  ]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `interpret error: custom_call @somebodys is code of some target, not of the program
  at:       ${file}:3:8
  hint:     run the program through a plugin instead`,
  });
});

test("a program that calls itself is refused", async () => {
  const file = await fileOf(`func.func @main() -> tensor<i32> {
  %0 = call @main() : () -> tensor<i32>
  return %0 : tensor<i32>
}`);
  const { exitCode, stderr } = await griffin(["run", file, "--interpret"]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `verify error: func.call: functions call each other in a circle, and calls are inlined [call_cycle]
  expected: a call graph without cycles
  got:      @main -> @main
  at:       ${file}:2:8
  hint:     write the repetition as a while loop`,
  });
});
