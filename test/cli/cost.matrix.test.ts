import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

const PRODUCT = `func.func @main(%a: tensor<64x32xf32>, %b: tensor<32x16xf32>) -> tensor<64x16xf32> {
  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<64x32xf32>, tensor<32x16xf32>) -> tensor<64x16xf32>
  return %0 : tensor<64x16xf32>
}`;

async function productFile(): Promise<string> {
  const file = join(await temporaryFolder(), "product.mlir");
  await writeFile(file, PRODUCT);
  return file;
}

test("cost for a CPU: bytes and products of StableHLO, and that there are no cycles", async () => {
  const { exitCode, stdout, stderr } = await griffin(["cost", await productFile(), "--target", "cpu"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^main for cpu: 1 instruction, compiled in /);
  expect(stdout).toMatch(/^cycles +no estimates\nmemory +14\.3 kB\nproducts +65\.5 kflop\n/m);
  expect(stdout).toContain("! this compiler estimates no cycles: only bytes and products are counted");
  expect(stdout).toMatch(/^arguments +10\.2 kB\nresults +4\.1 kB$/m);
  expect(stdout).not.toContain("fits");
});

test("cost of a model's program for a CPU, by the names of its parts", async () => {
  const report = (await griffinJson([
    "cost",
    "--preset",
    "tiny",
    "--program",
    "decode",
    "--target",
    "cpu",
    "--top",
    "0",
  ])) as { readonly groups: readonly { readonly name: string }[] };
  expect(report).toMatchObject({
    program: "griffin_decode",
    target: "cpu",
    total: { read: { chip: 0 }, flops: expect.any(Number) },
    memory: { arguments: expect.any(Number), temporary: expect.any(Number) },
    unknownLoops: [],
  });
  expect(report.groups.map(({ name }) => name).join("\n")).toMatch(/mlp_block/);
});

test("protobuf that a compiler dumped counts like what it was compiled from", async () => {
  const folder = join(await temporaryFolder(), "dump");
  await mkdir(folder);
  const plugin = await Plugin.load((await findPlugin("cpu", { install: true })).path);
  await using client = await plugin.createClient();
  const tensor = (dimensions: readonly number[]) => ({ elementType: "f32", dimensions }) as const;
  using _executable = await client.compile({
    program: PRODUCT,
    signature: { arguments: [tensor([64, 32]), tensor([32, 16])], results: [tensor([64, 16])] },
    options: { flags: { xla_dump_to: folder, xla_dump_hlo_as_proto: true } },
  });
  const dumped = (await readdir(folder)).find((name) => name.endsWith("after_optimizations.hlo.pb"))!;
  const [fromDump, compiled] = (await Promise.all([
    griffinJson(["cost", join(folder, dumped)]),
    griffinJson(["cost", await productFile(), "--target", "cpu"]),
  ])) as readonly { readonly total: unknown; readonly top: readonly { readonly name: string }[] }[];
  expect(fromDump!.total).toEqual(compiled!.total);
  expect(fromDump!.top.map(({ name }) => name)).toEqual(compiled!.top.map(({ name }) => name));
});

test("a compiler that ends its process does not end ours: its last words are told", async () => {
  const folder = await temporaryFolder();
  const [source, library] = [join(folder, "abort.c"), join(folder, "abort.so")];
  await writeFile(
    source,
    `#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void end(void) { fputs("Check failed: shape\\n", stderr); abort(); }`,
  );
  execFileSync("cc", ["-shared", "-fPIC", "-o", library, source]);
  const { exitCode, stderr } = await griffin([
    "cost",
    await productFile(),
    "--target",
    "cpu",
    "--plugin",
    library,
  ]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain(
    "environment error: abort.so could not be loaded in a process of its own\n  expected: a plugin that comes to its devices\n  got:      signal SIGABRT\n  Check failed: shape\n  hint:     ",
  );
});

test("a plugin's refusal is told in its own words", async () => {
  const file = join(await temporaryFolder(), "call.mlir");
  await writeFile(
    file,
    `func.func @main() -> tensor<4xf32> {
  %0 = stablehlo.custom_call @my_kernel() : () -> tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
  );
  const args = ["cost", file, "--target", "cpu", "--allow-custom-call", "my_kernel"];
  const { exitCode, stdout, stderr } = await griffin(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/^PJRT [A-Z_]+: .*my_kernel.*\n {2}at: {7}PJRT_Client_Compile of \S+$/m);
});
