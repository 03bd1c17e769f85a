import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSafetensors, writeSafetensors } from "../../src/weights/index.js";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

const program = `func.func @main(%x: tensor<4xf32>, %n: tensor<2xi32>) -> (tensor<4xf32>, tensor<2xi32>) {
  %y = stablehlo.add %x, %x : tensor<4xf32>
  %m = stablehlo.negate %n : tensor<2xi32>
  return %y, %m : tensor<4xf32>, tensor<2xi32>
}
`;

/** Without a process of its own, as most of these tests need none. */
const here = ["run", "--in-process"];

const f32 = (...values: number[]) =>
  ({ dtype: "f32", shape: [values.length], data: bytes(Float32Array.from(values)) }) as const;
const i32 = (...values: number[]) =>
  ({ dtype: "i32", shape: [values.length], data: bytes(Int32Array.from(values)) }) as const;
const bytes = ({ buffer }: Float32Array | Int32Array) => new Uint8Array(buffer as ArrayBuffer);

/** A folder with the program and its input. */
async function prepare(): Promise<{ file: string; input: string; folder: string }> {
  const folder = await temporaryFolder();
  const [file, input] = [join(folder, "program.mlir"), join(folder, "in.safetensors")];
  await writeFile(file, program);
  await writeSafetensors(input, { 0: f32(1, 2, 3, 4.5), 1: i32(5, -6) });
  return { file, input, folder };
}

test("run prints every result with its type and figures", async () => {
  const { file, input } = await prepare();
  const { exitCode, stdout } = await griffin(["run", file, "--input", input]);
  expect(exitCode).toBe(0);
  expect(stdout.split("\n")).toEqual(
    [
      "result  type           min  max   mean  values",
      "0       tensor<4xf32>    2    9  5.250  2 4 6 9",
      "1       tensor<2xi32>   -5    6  0.5000  -5 6",
    ].map((line) => expect.stringMatching(new RegExp(line.replace(/ +/g, " +").replace(/([<>.])/g, "\\$1")))),
  );
});

test("run --output writes the results as safetensors", async () => {
  const { file, input, folder } = await prepare();
  const output = join(folder, "out.safetensors");
  await griffin(["run", file, "--input", input, "--output", output]);
  await using written = await openSafetensors(output);
  const first = written.tensors.get("0")!;
  expect({ dtype: first.dtype, shape: first.shape }).toEqual({ dtype: "f32", shape: [4] });
  expect(await first.read()).toEqual(f32(2, 4, 6, 9).data);
  expect(await written.tensors.get("1")!.read()).toEqual(i32(-5, 6).data);
});

test("run --expected says which result is off, and exits with 1", async () => {
  const { file, input, folder } = await prepare();
  const expected = join(folder, "expected.safetensors");
  await writeSafetensors(expected, { 0: f32(2, 4, 6, 9), 1: i32(-5, 7) });
  const { exitCode, stdout } = await griffin([...here, file, "--input", input, "--expected", expected]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/\n0 .* ok\n1 .* 1 of 2 differ; element 1 is 6, expected 7 \(tolerance 0\.0007\)$/);
});

test("run --json gives the values", async () => {
  const { file, input } = await prepare();
  expect(await griffinJson([...here, file, "--input", input])).toEqual({
    results: [
      { type: "tensor<4xf32>", values: [2, 4, 6, 9] },
      { type: "tensor<2xi32>", values: [-5, 6] },
    ],
  });
});

test("run uploads an argument in the layout that the program asks for, and prints row-major results", async () => {
  const folder = await temporaryFolder();
  const [file, input] = [join(folder, "program.mlir"), join(folder, "in.safetensors")];
  await writeFile(
    file,
    `func.func @main(%x: tensor<2x3xf32> {mhlo.layout_mode = "{0,1}"}) -> (tensor<3x2xf32> {mhlo.layout_mode = "{0,1}"}) {
  %y = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
`,
  );
  await writeSafetensors(input, { 0: { ...f32(0, 1, 2, 3, 4, 5), shape: [2, 3] } });
  const expected = { results: [{ type: "tensor<3x2xf32>", values: [0, 3, 1, 4, 2, 5] }] };
  // Compiled, then from the cache.
  expect(await griffinJson([...here, file, "--input", input])).toEqual(expected);
  expect(await griffinJson([...here, file, "--input", input])).toEqual(expected);
});

test("run without inputs lists the arguments", async () => {
  const { file } = await prepare();
  const { exitCode, stderr } = await griffin([...here, file]);
  expect(exitCode).toBe(2);
  expect(stderr.replace(/^✓.*\n/gm, "")).toBe(
    [
      "usage error: the inputs are not the program's arguments",
      "  it takes 2:",
      '    "0": tensor<4xf32>, got nothing',
      '    "1": tensor<2xi32>, got nothing',
      '  hint:     give a safetensors file whose tensors are called "0", "1", ... with --input',
    ].join("\n"),
  );
});

test("run with an input of another dtype says both types", async () => {
  const { file, folder } = await prepare();
  const input = join(folder, "wrong.safetensors");
  await writeSafetensors(input, { 0: i32(1, 2, 3, 4), 1: i32(5, 6), x: i32(1) });
  const { exitCode, stderr } = await griffin([...here, file, "--input", input]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('"0": tensor<4xf32>, got tensor<4xi32>');
  expect(stderr).toContain('not an argument: "x", tensor<1xi32>');
});

test("a program that is no StableHLO gets a place and no stack", async () => {
  const file = join(await temporaryFolder(), "bad.mlir");
  await writeFile(file, "func.func @main() {\n  %0 = stablehlo.ad %1 : tensor<4xf32>\n  return\n}\n");
  const { exitCode, stderr } = await griffin([...here, file]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`${file}:2:`);
  expect(stderr).not.toMatch(/^\s+at .*\(\S+:\d+:\d+\)/m);
});

test("a program file that does not exist is an environment error", async () => {
  const { exitCode, stderr } = await griffin([...here, "no.mlir"]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("environment error: cannot read no.mlir");
});

const checks = (expected: string) => `func.func @main() -> tensor<2xf32> {
  %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = stablehlo.add %0, %0 : tensor<2xf32>
  %2 = stablehlo.constant dense<${expected}> : tensor<2xf32>
  stablehlo.custom_call @check.expect_close(%1, %2) {has_side_effect = true} : (tensor<2xf32>, tensor<2xf32>) -> ()
  return %1 : tensor<2xf32>
}
// -----
func.func @numbers() {
  %0 = stablehlo.constant dense<[3, -4]> : tensor<2xi64>
  %1 = stablehlo.abs %0 : tensor<2xi64>
  check.expect_eq_const %1, dense<[3, 4]> : tensor<2xi64>
  func.return
}
`;

test("run --self-check counts the programs that are as they say", async () => {
  const file = join(await temporaryFolder(), "good.mlir");
  await writeFile(file, checks("[2.0, 4.0]"));
  const { exitCode, stdout } = await griffin(["run", "--self-check", file]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "2 passed, 0 failed" });
});

test("run --self-check names file, line and element of what is off", async () => {
  const file = join(await temporaryFolder(), "bad.mlir");
  await writeFile(file, checks("[2.0, 4.1]"));
  const { exitCode, stdout } = await griffin([...here, "--self-check", file]);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 1,
    stdout: `failed ${file}:1\n  stablehlo.custom_call: element 1 is 4, expected 4.099999904632568: 209715 ULP apart, allowed 0 to 3\n1 passed, 1 failed`,
  });
});

test.each([[], ["--portable"], ["--interpret"]])(
  "run --self-check %s says that integers have no units in the last place",
  async (...flags) => {
    const file = join(await temporaryFolder(), "integers.mlir");
    await writeFile(
      file,
      `func.func @main() {
  %0 = stablehlo.constant dense<1> : tensor<2xi32>
  stablehlo.custom_call @check.expect_close(%0, %0) {has_side_effect = true} : (tensor<2xi32>, tensor<2xi32>) -> ()
  return
}
`,
    );
    const { exitCode, stdout } = await griffin([...here, "--self-check", ...flags, file]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("stablehlo.custom_call: units in the last place are those of floats");
    expect(stdout).toContain("got:      tensor<2xi32>");
    expect(stdout).toContain("0 passed, 1 failed");
  },
);

test("run --self-check --interpret runs model ops by their meaning", async () => {
  const file = join(await temporaryFolder(), "model-ops.mlir");
  const scan = `func.func @main() {
  %x = stablehlo.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32>
  %a = stablehlo.constant dense<0.5> : tensor<1x3x1xf32>
  %h0 = stablehlo.constant dense<4.0> : tensor<1x1xf32>
  %y, %last = "nn.linear_scan"(%x, %a, %h0) <{axis = 1 : i64}> : (tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x1xf32>) -> (tensor<1x3x1xf32>, tensor<1x1xf32>)
  check.expect_eq_const %y, dense<[[[3.0], [3.5], [4.75]]]> : tensor<1x3x1xf32>
  check.expect_eq_const %last, dense<4.75> : tensor<1x1xf32>
  func.return
}
// -----
func.func @main() {
  %x = stablehlo.constant dense<1.0> : tensor<1x1x1xf32>
  %z = stablehlo.constant dense<100.0> : tensor<1x1x2xf32>
  %bias = stablehlo.constant dense<0.0> : tensor<1x2xf32>
  %decay = stablehlo.constant dense<-1.0> : tensor<1xf32>
  %reset = stablehlo.constant dense<true> : tensor<1x1xi1>
  %input, %a = "griffin.rg_lru_gates"(%x, %z, %bias, %decay, %reset) <{heads = 1 : i64}> : (tensor<1x1x1xf32>, tensor<1x1x2xf32>, tensor<1x2xf32>, tensor<1xf32>, tensor<1x1xi1>) -> (tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  check.expect_eq_const %input, dense<1.0> : tensor<1x1x1xf32>
  check.expect_eq_const %a, dense<0.0> : tensor<1x1x1xf32>
  func.return
}
`;
  await writeFile(file, scan);
  const { exitCode, stdout, stderr } = await griffin([...here, "--self-check", "--interpret", file]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "2 passed, 0 failed", stderr: "" });
});

test("run --self-check --interpret counts a check that it cannot run as failed", async () => {
  const file = join(await temporaryFolder(), "serialized.mlir");
  await writeFile(
    file,
    `func.func @f() {
  %0 = stablehlo.constant dense<1> : tensor<i32>
  check.expect_serialized_eq %0, probe_id = "p" : tensor<i32>
  func.return
}
`,
  );
  const { exitCode, stdout } = await griffin([...here, "--self-check", "--interpret", file]);
  expect({ exitCode, counts: stdout.split("\n").at(-1) }).toEqual({
    exitCode: 1,
    counts: "0 passed, 1 failed",
  });
});

test("run refuses half of a program whose weights are prepared by another", async () => {
  const folder = await temporaryFolder();
  const [file, input] = [join(folder, "half.mlir"), join(folder, "in.safetensors")];
  await writeFile(
    file,
    `func.func @main(%x: tensor<2xf32>, %w: tensor<2xf32> {griffin.prepared = 0 : i64}) -> tensor<2xf32> {
  %y = stablehlo.multiply %x, %w : tensor<2xf32>
  return %y : tensor<2xf32>
}
`,
  );
  await writeSafetensors(input, { 0: f32(6, 6), 1: f32(0, 1) });
  const { exitCode, stdout, stderr } = await griffin([...here, file, "--input", input]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain('got:      griffin.prepared on argument "1"');
});

test("run refuses a custom call that may end the process, and passes it on when it is allowed by name", async () => {
  const { folder } = await prepare();
  const file = join(folder, "call.mlir");
  await writeFile(
    file,
    `func.func @main() -> tensor<4xf32> {
  %0 = stablehlo.custom_call @my_kernel() : () -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
`,
  );
  const refused = await griffin([...here, file]);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("@my_kernel is code of the plugin");
  const allowed = await griffin([...here, file, "--allow-custom-call", "my_kernel"]);
  expect(allowed.exitCode).toBe(1);
  expect(allowed.stderr).toContain("PJRT");
});

const dynamic = `func.func @main(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<i32>) {
  %y = stablehlo.add %x, %x : tensor<?xf32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  return %y, %n : tensor<?xf32>, tensor<i32>
}
`;

test.each([
  [
    [1, 2.5, 4],
    ["0 tensor<3xf32> 2 8 5 2 5 8", "1 tensor<i32> 3 3 3 3"],
  ],
  [[7], ["0 tensor<1xf32> 14 14 14 14", "1 tensor<i32> 1 1 1 1"]],
])("run makes a program of unknown shapes static for its inputs: %j", async (values, expected) => {
  const folder = await temporaryFolder();
  const [file, input] = [join(folder, "dynamic.mlir"), join(folder, "in.safetensors")];
  await writeFile(file, dynamic);
  await writeSafetensors(input, { 0: f32(...values) });
  const { exitCode, stdout } = await griffin([...here, file, "--input", input]);
  const rows = stdout
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/ +/g, " "));
  expect({ exitCode, rows }).toEqual({ exitCode: 0, rows: expected });
});

test("run of a program of unknown shapes with an input that cannot be one of them says so", async () => {
  const folder = await temporaryFolder();
  const [file, input] = [join(folder, "dynamic.mlir"), join(folder, "in.safetensors")];
  await writeFile(file, dynamic);
  await writeSafetensors(input, { 0: i32(1, 2) });
  const { exitCode, stdout, stderr } = await griffin([...here, file, "--input", input]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toBe(
    ["refine error: @main takes other inputs", "  expected: tensor<?xf32>", "  got:      tensor<2xi32>"].join(
      "\n",
    ),
  );
});

test("run --random takes numbers for what is not given: the same for the same seed", async () => {
  const { file, folder } = await prepare();
  const input = join(folder, "half.safetensors");
  await writeSafetensors(input, { 1: i32(5, -6) });
  const run = async (...flags: readonly string[]) => {
    const { results } = (await griffinJson([...here, file, ...flags])) as {
      readonly results: readonly { readonly values: readonly number[] }[];
    };
    return results.map(({ values }) => values);
  };
  const [sums, negated] = await run("--random", "--input", input);
  expect(negated).toEqual([-5, 6]);
  expect(sums!.every((sum) => sum >= -2 && sum < 2)).toBe(true);
  expect(await run("--random", "0", "--input", input)).toEqual([sums, negated]);
  expect((await run("--random", "1"))[0]).not.toEqual(sums);
});

test("run --random goes without --self-check", async () => {
  const { file } = await prepare();
  const { exitCode, stderr } = await griffin(["run", "--self-check", "--random", "1", file]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "usage error: --random goes without --self-check: such programs hold their own numbers",
  });
});
