/** @file For tests: what the commands in documents and help speak of as the reader's own: a model, modules, programs, data. */
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findPlugin } from "../../src/runtime-pjrt/index.js";
import { writeSafetensors } from "../../src/weights/index.js";
import { root } from "../cli/griffin.js";
import { MLP } from "../cli/own-module/files.js";
import { hloText } from "../cost/hlo.js";

const VERSES = [
  "And God said, Let there be light: and there was light.",
  "And God saw the light, that it was good: and God divided the light from the darkness.",
];
const lines = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

const ADD = `func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = stablehlo.add %x, %x : tensor<2xf32>
  return %y : tensor<2xf32>
}
`;

const DOCUMENT = JSON.stringify({
  type: "object",
  properties: {
    name: { type: "string", maxLength: 8 },
    born: { type: "integer", minimum: 1000, maximum: 2100 },
  },
  required: ["name", "born"],
});

/** A module with a model of the author's own, which checkpoints in DIR are of, and the program of MLP. */
const MODULE = `import { griffin } from "stablegriffin/models";
export const mamba = { ...griffin, name: "mamba-of-mine" };
${MLP}`;

const PASS = `import { definePass } from "stablegriffin/passes";
export const mine = definePass({
  name: "my-pass",
  summary: "Changes nothing.",
  example: { before: "module {\\n}", after: "module {\\n}" },
  run() {},
});
`;

const DIALECT = `import { defineDialect, defineOp, operand } from "stablegriffin/ir";
const echo = defineOp({
  name: "mine.echo",
  summary: "What it is given.",
  operands: [operand("x", "F")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => [op.tensor(0)],
  assembly: "elementwise",
  example: "%0 = mine.echo %arg0 : tensor<4xf32>",
});
export const mine = defineDialect({ name: "mine", ops: [echo] });
`;

/** Texts by their files' names. */
const TEXTS: Readonly<Record<string, string>> = {
  "my-model.ts": MODULE,
  "mlp.mjs": MLP.replace(/interface Sizes \{.*?\}\n/s, "").replace(
    /: Sizes|: Tensor<[^>]*>|, type Tensor/g,
    "",
  ),
  "my-passes.mjs": PASS,
  "my-ops.mjs": DIALECT,
  "model.mlir": ADD,
  "program.mlir": ADD,
  "exported.mlir": ADD.replaceAll("tensor<2xf32>", "tensor<?x4xf32>"),
  "module_0001.after_codegen.txt": hloText("ROOT %c = f32[] constant(1)"),
  "tests/add.mlir": `func.func @main() {
  %x = stablehlo.constant dense<1.0> : tensor<2xf32>
  %y = stablehlo.add %x, %x : tensor<2xf32>
  check.expect_eq_const %y, dense<2.0> : tensor<2xf32>
  return
}
`,
  "sft.jsonl": lines(VERSES.map((verse) => ({ prompt: verse.slice(0, 12), completion: verse.slice(12) }))),
  "a.jsonl": lines(VERSES.map((text) => ({ text }))),
  "held-out.jsonl": lines(VERSES.map((text) => ({ text }))),
  "b.txt": VERSES.join("\n"),
  "book.txt": VERSES.join("\n"),
  "kjv.txt": VERSES.join("\n"),
  "gsm8k.jsonl": lines([{ question: "What is one and one?", answer: "It is two. #### 2" }]),
  "solved.txt": "Q: What is one and two?\nA: The answer is 3.\n\n",
  "person.json": DOCUMENT,
  "answer.json": DOCUMENT,
};

/** Files that pages have of one name, which hold different things. */
const QUESTIONS: Readonly<Record<string, readonly object[]>> = {
  "griffin generate": VERSES.map((prompt) => ({ prompt })),
  "griffin eval": [{ prompt: "And God said, Let there be", choices: [" light", " xqz"], answer: 0 }],
};

const floats = (shape: readonly number[], values: readonly number[]) => ({
  ...{ dtype: "f32" as const, shape },
  data: new Uint8Array(Float32Array.from(values).buffer),
});
const X = floats([2, 3], [1, 2, 3, 4, 5, 6]);
const W = floats([3, 2], [1, 0, 0, 1, 1, 1]);

/** Commands that make what a page says is there. */
export const MADE_BEFORE: Readonly<Record<string, readonly string[]>> = {
  "griffin generate": ["griffin export --model demo -o kjv"],
  "griffin eval": ["griffin export --model demo -o kjv --score"],
  "griffin inspect": [
    "openssl genpkey -algorithm ed25519 -out key.pem",
    "openssl pkey -in key.pem -pubout -out KEY.pem",
    "griffin export --model demo -o kjv --sign key.pem",
  ],
  "griffin run": [
    "griffin lower ./my-model.ts#mlp -o program.mlir",
    "griffin export ./my-model.ts#mlp -o mlp",
  ],
  "griffin convert": ["mkdir 2b", "cp DIR/config.json 2b", "griffin convert DIR 2b/2b.pt"],
};

/** Fills a folder with what a page takes for granted. */
export async function writeExampleFiles(folder: string, page: string): Promise<void> {
  const texts = { ...TEXTS, "questions.jsonl": lines(QUESTIONS[page] ?? []) };
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await mkdir(join(folder, ".zfunc"));
  await cp(join(root, "golden/demo-kjv"), join(folder, "DIR"), { recursive: true });
  for (const name of ["golden/bf16", "golden/packed-small-window"])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await cp(join(root, "golden/packed-small-window"), join(folder, "cases/mine"), { recursive: true });
  await writeSafetensors(join(folder, "mlp.safetensors"), { w: W });
  // A program with its parameters beside it is given inputs alone.
  const given = page === "griffin run" ? { x: X, w: W } : { x: X };
  await writeSafetensors(join(folder, "in.safetensors"), given);
  await writeSafetensors(join(folder, "numbered.safetensors"), { "0": X, "1": W });
  await symlink((await findPlugin("cpu", { install: true })).path, join(folder, "libpjrt.so"));
}
