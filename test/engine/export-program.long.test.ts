/** A program alone as an artifact: written, read by its names, run by the interpreter as it was before. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { axis, dot, parameter, program, spec, state, updateParameters } from "../../src/dsl/index.js";
import { compile, exportProgram, inspect, loadProgram, openProgram } from "../../src/engine/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { programOf } from "../../src/engine/stablehlo-program.js";
import { openSafetensors } from "../../src/weights/index.js";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { temporaryFolder } from "../cli/griffin.js";

const [batch, model, out] = [axis("batch", 2), axis("model", 3), axis("out", 2)];

/** A product, scaled by whole numbers, added up over calls. */
const sums = program(
  {
    name: "sums",
    inputs: { x: spec([batch, model], "f32") },
    parameters: { w: spec([model, out], "f32"), scale: spec([out], "i32") },
  },
  ({ x }, { w, scale }) => {
    const sum = state("sum", [batch, out], "f32");
    const y = dot(x, w, "model").mul(scale.to("f32")).add(sum.value);
    sum.update(y);
    return { y };
  },
);
const parameters = { w: [1, 0, 0, 1, 1, 1], scale: [2, 3] };
const x = [1, 2, 3, 4, 5, 6];

const numbers = (result: Readonly<Record<string, { readonly data: ArrayLike<unknown> } | undefined>>) =>
  Array.from(result.y!.data);

test("it holds the program, its parameters in their types, a README and hashes, and equal exports are equal bytes", async () => {
  const folder = await temporaryFolder();
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  for (const path of [one, two]) await exportProgram(sums, path, { parameters, text: true });
  const files = await readdir(one);
  expect(files.sort()).toEqual([
    "README.md",
    "manifest.json",
    "manifest.sha256",
    "program.mlir",
    "program.mlirbc",
    "weights.safetensors",
  ]);
  for (const file of files)
    expect(await readFile(join(one, file)), file).toEqual(await readFile(join(two, file)));
  await using weights = await openSafetensors(join(one, "weights.safetensors"));
  expect([...weights.tensors.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ["scale", "i32", [2]],
    ["w", "f32", [3, 2]],
  ]);
  expect(await inspect(one, { verify: true })).toMatchObject({
    kind: "program artifact",
    name: "sums",
    target: "cpu",
    stablehlo: "1.10.0",
    weights: "weights.safetensors",
    updatedParameters: [],
    arguments: [
      { role: "input", name: "x", axes: ["batch", "model"] },
      { role: "parameter", name: "w" },
      { role: "parameter", name: "scale", elementType: "i32" },
      { role: "state", name: "sum" },
    ],
    results: [
      { role: "output", name: "y", axes: ["batch", "out"] },
      { role: "state", name: "sum" },
    ],
    problems: [],
  });
});

test.each(["sums", "sums.zip"])(
  "%s runs as the program does: by names, states kept from call to call",
  async (name) => {
    const path = join(await temporaryFolder(), name);
    await exportProgram(sums, path, { parameters });
    await using before = await compile(sums, { on: "interpreter", parameters });
    await using after = await loadProgram(path, { on: "interpreter" });
    for (let call = 0; call < 2; call++)
      expect(numbers(await after({ x }))).toEqual(numbers(await before({ x })));
    expect(numbers(await after({ x }))).toEqual([24, 45, 60, 99]);
  },
);

test("without parameters, or with others, who runs it gives them", async () => {
  const path = join(await temporaryFolder(), "sums");
  await exportProgram(sums, path);
  await using f = await loadProgram(path, { on: "interpreter" });
  expect(numbers(await f({ x, ...parameters }))).toEqual([8, 15, 20, 33]);
  await exportProgram(sums, path, { parameters, force: true });
  await using other = await loadProgram(path, {
    on: "interpreter",
    parameters: { ...parameters, scale: [1, 1] },
  });
  expect(numbers(await other({ x }))).toEqual([4, 5, 10, 11]);
});

test("parameters from a file are those of an earlier artifact too; what is missing or of another type is told", async () => {
  const folder = await temporaryFolder();
  const [path, again] = [join(folder, "sums"), join(folder, "again")];
  await exportProgram(sums, path, { parameters });
  const weights = join(path, "weights.safetensors");
  await exportProgram(sums, again, { parameters: weights });
  expect(await readFile(join(again, "manifest.json"))).toEqual(await readFile(join(path, "manifest.json")));
  const other = program(
    {
      name: "other",
      inputs: { x: spec([out], "i32") },
      parameters: { scale: spec([out], "i64"), bias: spec([out], "i32") },
    },
    ({ x }, { scale, bias }) => ({ y: x.add(bias), z: scale }),
  );
  await expect(exportProgram(other, join(folder, "other"), { parameters: weights })).rejects.toThrow(
    [
      `checkpoint error: 2 problems in the weights of ${weights}`,
      "         problem       expected  got",
      "  scale  another type  i64 [2]   i32 [2]",
      "  bias   missing       i32 [2]",
    ].join("\n"),
  );
  expect((await readdir(folder)).sort()).toEqual(["again", "sums"]);
});

test("a program that came as text has the names that it says, or its numbers", async () => {
  const text = `func.func @main(%arg0: tensor<2xf32> {griffin.input = "x"}, %arg1: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.subtract %arg0, %arg1 : tensor<2xf32>
    return %0 : tensor<2xf32>
  }`;
  const path = join(await temporaryFolder(), "text");
  await exportProgram(programOf(parseModule(text), "difference"), path);
  await using f = await loadProgram(path, { on: "interpreter" });
  const result = await f({ x: [5, 7], 1: [1, 2] });
  expect(result["0"]!.data).toEqual(Float32Array.of(4, 5));
});

/** What the README's program for Node prints, by the interpreter. */
async function printedByReadme(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const readme = await readFile(join(path, "README.md"), "utf8");
  const code = /```js\nimport [^\n]*\n(.*?)```/s
    .exec(readme)![1]!
    .replace('plugin: "cpu"', 'on: "interpreter"');
  const printed: Readonly<Record<string, unknown>>[] = [];
  const load = (_folder: string, options: object) => loadProgram(path, options);
  const print = { log: (value: Readonly<Record<string, unknown>>) => printed.push(value) };
  const run = new Function("loadProgram", "console", `return (async () => {${code}})();`);
  await (run as (...given: readonly unknown[]) => Promise<void>)(load, print);
  return printed;
}

test.each([
  ["of the artifact's own", { parameters }],
  ["that are given", {}],
])("its README runs it on zeros, with parameters %s", async (_, options) => {
  const path = join(await temporaryFolder(), "sums");
  await exportProgram(sums, path, options);
  expect(await printedByReadme(path)).toMatchObject([{ y: { data: Float32Array.of(0, 0, 0, 0) } }]);
});

test("its README gives parameters that are updated what they begin with, and complex numbers both parts", async () => {
  const folder = await temporaryFolder();
  const descent = program({ name: "descent" }, () => {
    const w = parameter("w", [out], "f32");
    updateParameters({ w: w.sub(1) });
    return { was: w };
  });
  await exportProgram(descent, join(folder, "descent"));
  expect(await printedByReadme(join(folder, "descent"))).toMatchObject([
    { was: { data: Float32Array.of(0, 0) } },
  ]);
  const text = `func.func @main(%0: tensor<2xcomplex<f32>> {griffin.input = "z"}) -> tensor<2xcomplex<f32>> {
    return %0 : tensor<2xcomplex<f32>>
  }`;
  await exportProgram(programOf(parseModule(text), "same"), join(folder, "same"));
  expect(await printedByReadme(join(folder, "same"))).toMatchObject([{ 0: { data: new Float32Array(4) } }]);
});

test("its README names element types as numpy and ml_dtypes do", async () => {
  const types = ["f8E4M3FN", "f8E5M2", "ui4", "i4", "bf16", "i1"];
  const args = types.map((type, i) => `%${i}: tensor<2x${type}>`).join(", ");
  const text = `func.func @main(${args}) -> tensor<2xi1> { return %5 : tensor<2xi1> }`;
  const path = join(await temporaryFolder(), "types");
  await exportProgram(programOf(parseModule(text), "types"), path);
  expect(await readFile(join(path, "README.md"), "utf8")).toContain(
    'dtypes = {"f8E4M3FN": ml_dtypes.float8_e4m3fn, "f8E5M2": ml_dtypes.float8_e5m2, "ui4": ml_dtypes.uint4, "i4": ml_dtypes.int4, "bf16": ml_dtypes.bfloat16, "i1": np.bool_}',
  );
});

test("a changed file, a manifest of a newer version, and an artifact of a model are refused", async () => {
  const path = join(await temporaryFolder(), "sums");
  await exportProgram(sums, path, { parameters });
  await writeFile(join(path, "weights.safetensors"), "");
  await expect(openProgram(path)).rejects.toThrow(
    /^artifact error: weights\.safetensors: changed\n {2}expected: \d+ bytes\n/,
  );
  const manifest = { format: "stablegriffin program", schemaVersion: 9 };
  await writeFile(join(path, "manifest.json"), JSON.stringify(manifest));
  await expect(openProgram(path)).rejects.toThrow(
    `artifact error: manifest.json: written by a newer stablegriffin\n  expected: schema version 1\n  got:      9\n  at:       ${path}`,
  );
  const model = await demoArtifact();
  await expect(openProgram(model)).rejects.toThrow(
    [
      "artifact error: manifest.json: an artifact of something else",
      "  expected: a program",
      '  got:      a model, "demo-kjv"',
      `  at:       ${model}`,
      `  hint:     griffin generate --artifact ${model}; its programs lie in ${model}/programs`,
    ].join("\n"),
  );
});

test("its README takes names of foreign programs as words, not as Markdown or code", async () => {
  const text = `module @"m\\0A# run this" {
    func.func @main(%x: tensor<1xf32> {griffin.input = "x\`\\0A\\0A\`\`\`sh\\0Arm -r", griffin.axes = ["a|b"]}) -> tensor<1xf32> {
      return %x : tensor<1xf32>
    }
  }`;
  const path = join(await temporaryFolder(), "foreign");
  await exportProgram(programOf(parseModule(text), "foreign"), path);
  const readme = await readFile(join(path, "README.md"), "utf8");
  expect(readme).toContain('# "m\\n# run this", exported by stablegriffin\n');
  expect(readme).toContain('on tensors by name: "x\\u0060\\n\\n\\u0060\\u0060\\u0060sh\\nrm -r"\n');
  expect(readme).toContain('`"x\\u0060\\n\\n\\u0060\\u0060\\u0060sh\\nrm -r"` | f32 ["a\\u007cb" 1]');
  expect(readme).not.toMatch(/^(?:rm -r|# run this|```sh)/m);
});
