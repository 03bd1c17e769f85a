import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

test("lower prints a module of StableHLO alone, weights as arguments", async () => {
  const { exitCode, stdout } = await griffin([
    "lower",
    "--preset",
    "tiny",
    "--program",
    "decode",
    "--dtype",
    "f32",
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^module @griffin_decode/);
  expect(stdout).toContain('griffin.parameter = "embed_tokens.weight"');
  expect(stdout).toMatch(
    /griffin\.state = "layers\.0\.temporal_block\.rg_lru\.state", tf\.aliasing_output = \d+ : i32/,
  );
  // Ops; what has a value is an attribute.
  expect(stdout.match(/\b(?:griffin|nn)\.\w+\b(?! = )/g)).toBeNull();
});

test("lower --json describes arguments, results and passes", async () => {
  expect(
    await griffinJson(["lower", "--preset", "tiny", "--program", "extend", "--batch", "2", "--time", "24"]),
  ).toMatchObject({
    programs: [
      {
        name: "griffin_extend",
        arguments: expect.arrayContaining([
          { role: "input", name: "tokens", type: "tensor<2x24xi32>" },
          { role: "parameter", name: "embed_tokens.weight", type: "tensor<64x32xbf16>" },
          { role: "state", name: "layers.0.temporal_block.rg_lru.state", type: "tensor<2x48xf32>" },
        ]),
        results: expect.arrayContaining([
          { role: "output", name: "logits", axes: ["batch", "vocab"], type: "tensor<2x64xf32>" },
        ]),
      },
    ],
    passes: expect.arrayContaining([
      {
        name: "fuse-rglru-gates",
        milliseconds: expect.any(Number),
        changed: true,
        counts: { "gate pairs fused": 2 },
      },
    ]),
    text: expect.stringContaining("func.func public @main"),
  });
});

test("lower -o writes the file and nothing to stdout", async () => {
  const file = join(await temporaryFolder(), "decode.mlir");
  const { exitCode, stdout } = await griffin([
    "lower",
    "--model",
    "golden/odd-widths",
    "--program",
    "decode",
    "-o",
    file,
  ]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  expect(await readFile(file, "utf8")).toMatch(/^module @griffin_decode/);
});

test("lower --prepare puts what depends on weights alone into a program of its own", async () => {
  const { stdout } = await griffin(["lower", "--preset", "tiny", "--program", "decode", "--prepare"]);
  const [program, prepare] = stdout.split("// -----\n");
  expect(program).toMatch(/griffin\.prepared = "[0-9a-f]{16}"/);
  expect(prepare).toMatch(/^module @prepare/);
});

test("lower --print-ir-after-change shows what each pass did, on stderr", async () => {
  const { stderr } = await griffin([
    "lower",
    "--preset",
    "tiny-hawk",
    "--program",
    "decode",
    "--print-ir-after-change",
  ]);
  expect(stderr).toMatch(/\/\/ after fuse-rglru-gates\n/);
  expect(stderr).toMatch(/^\+ .*griffin\.rg_lru/m);
});

test.each([
  ["neither model nor preset", [], "no model given"],
  ["both", ["--preset", "tiny", "--model", "golden/demo-kjv"], "--model and --preset are both given"],
  ["an unknown target", ["--preset", "tiny", "--target", "tpuu"], 'there is no target "tpuu"'],
  [
    "decode of several tokens",
    ["--preset", "tiny", "--program", "decode", "--time", "2"],
    "decode takes one token of each sequence",
  ],
  [
    "blocks of one step",
    ["--preset", "tiny", "--scan", "blocked", "--scan-block", "1"],
    "--scan-block is not valid\n  expected: a whole number, 2 or more\n  got:      1",
  ],
])("lower with %s is wrong usage", async (_what, args, words) => {
  const { exitCode, stderr } = await griffin(["lower", ...args]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`usage error: ${words}`);
});

test("lower --precision is of every product", async () => {
  const text = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout } = await griffin(["lower", "--preset", "tiny", "--program", "decode", ...args]);
    expect(exitCode).toBe(0);
    return stdout;
  };
  const products = (lowered: string) => lowered.split("\n").filter((line) => line.includes("dot_general"));
  const highest = products(await text("--precision", "highest"));
  expect(highest.length).toBeGreaterThan(10);
  expect(highest.filter((line) => !line.includes("precision = [HIGHEST, HIGHEST]"))).toEqual([]);
  const plain = products(await text());
  expect(plain.length).toBe(highest.length);
  expect(plain.filter((line) => line.includes("precision"))).toEqual([]);
});

test("a slip of the model that comes with the package", async () => {
  expect(await griffin(["lower", "--model", "dmeo"])).toEqual({
    ...{ exitCode: 2, stdout: "" },
    stderr: [
      "usage error: --model is not valid",
      "  expected: a folder that is there",
      "  got:      dmeo",
      "  hint:     did you mean demo?",
    ].join("\n"),
  });
});

test("lower --precision refuses other words", async () => {
  expect(await griffin(["lower", "--preset", "tiny", "--precision", "higest"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "usage error: --precision is not valid\n  expected: default, high, highest\n  got:      higest\n  hint:     did you mean highest?",
  });
});
