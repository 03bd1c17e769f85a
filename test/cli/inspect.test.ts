import { cp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

const all = { withWeights: true, text: true, samplers: true } as const;
const artifact = await demoArtifact(all);
const archive = await demoArtifact({ ...all, zip: true });
const program = join(artifact, "programs/decode_1x1.mlirbc");

test.each([
  ["a folder", "folder", artifact],
  ["an archive", "archive", archive],
])("an artifact is explained: %s", async (_, form, path) => {
  const { exitCode, stdout, stderr } = await griffin(["inspect", path]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = stdout.split("\n");
  expect(lines.slice(0, 19)).toEqual([
    `${path}: artifact "demo-kjv", ${form}, schema 2, made by stablegriffin 9.9.9`,
    "  model     griffin, 6 layers (2 of local attention), width 128, vocabulary 260, 1.29M parameters",
    "  computes  in f32, lowered for cpu",
    "  takes     1 sequence side by side, prompts in pieces of at most 16 tokens",
    "  state     139.3 kB",
    "  weights   112 tensors in f32, 1 file, 5.2 MB, in weights/",
    "  text      tokenizer/tokenizer.json",
    "",
    expect.stringMatching(
      /^program +StableHLO +size {2}inputs {2}parameters {2}state {2}prepared {2}results {2}prepared by$/,
    ),
    expect.stringMatching(/^prepare +1\.10\.0 +\d\.\d kB +0 +20 +0 +0 +12$/),
    expect.stringMatching(/^prefill_1x16 +1\.10\.0 +\d+\.\d kB +2 +92 +0 +12 +15 {2}prepare$/),
    expect.stringMatching(/^extend_1x16 +1\.10\.0 +\d+\.\d kB +2 +92 +13 +12 +15 {2}prepare$/),
    expect.stringMatching(/^decode_1x1 +1\.10\.0 +\d+\.\d kB +2 +92 +13 +12 +15 {2}prepare$/),
    expect.stringMatching(/^sampler_1 +1\.10\.0 +\d+\.\d kB +4 +0 +0 +0 +1$/),
    expect.stringMatching(/^sampler_1_cut +1\.10\.0 +\d+\.\d kB +6 +0 +0 +0 +1$/),
    expect.stringMatching(/^sampler_1_adjusted +1\.10\.0 +\d+\.\d kB +10 +0 +1 +0 +2$/),
    expect.stringMatching(/^sampler_1_cut_adjusted +1\.10\.0 +\d+\.\d kB +12 +0 +1 +0 +2$/),
    expect.stringMatching(/^sampler_1_adjusted_logprobs +1\.10\.0 +\d+\.\d kB +10 +0 +1 +0 +5$/),
    expect.stringMatching(/^sampler_1_cut_adjusted_logprobs +1\.10\.0 +\d+\.\d kB +12 +0 +1 +0 +5$/),
  ]);
  expect(stdout).toMatch(/\nweights\/model\.safetensors +5\.2 MB {2}[0-9a-f]{12}\.\.\.\n/);
  expect(lines.at(-1)).toMatch(
    /^24 files, 5\.\d MB, all there and of the right size; --verify reads every byte$/,
  );
});

test("--verify says that every byte is as exported, or names what is not, with exit code 1", async () => {
  const good = await griffin(["inspect", "--verify", archive]);
  expect(good.exitCode).toBe(0);
  expect(good.stdout).toMatch(
    /\n24 files, 5\.\d MB, every byte as its manifest says; signed by nobody, so that anybody may have made it$/,
  );

  const spoilt = join(await temporaryFolder(), "kjv");
  await cp(artifact, spoilt, { recursive: true });
  await writeFile(join(spoilt, "notes.txt"), "mine");
  await rm(join(spoilt, "tokenizer/tokenizer.json"));
  const weights = await readFile(join(spoilt, "weights/model.safetensors"));
  weights[weights.length >> 1]! ^= 1;
  await writeFile(join(spoilt, "weights/model.safetensors"), weights);
  const bad = await griffin(["inspect", "--verify", spoilt]);
  expect(bad.exitCode).toBe(1);
  expect(bad.stdout).toMatch(/\n24 files, 5\.\d MB; not as its manifest says$/);
  expect(bad.stderr.split("\n").map((line) => line.trim().split(/ {2,}/).slice(0, 2))).toEqual([
    [`artifact error: 3 problems in ${spoilt}`],
    ["problem", "expected"],
    ["tokenizer/tokenizer.json", "missing"],
    ["weights/model.safetensors", "changed"],
    ["notes.txt", "extra: not in the manifest"],
  ]);
  expect(await griffinJson(["inspect", "--verify", spoilt])).toMatchObject({
    ...{ kind: "artifact", form: "folder", verified: true },
    problems: [
      { subject: "tokenizer/tokenizer.json", problem: "missing" },
      { subject: "weights/model.safetensors", problem: "changed" },
      { subject: "notes.txt", problem: "extra: not in the manifest" },
    ],
  });
});

test("a safetensors file is explained", async () => {
  const path = "golden/demo-kjv/model.safetensors";
  const { stdout } = await griffin(["inspect", path]);
  expect(stdout.split("\n").slice(0, 5)).toEqual([
    `${path}: safetensors, 112 tensors, 1.29M numbers in f32, 5.2 MB`,
    "  format: pt",
    "",
    expect.stringMatching(/^tensor +type +shape +size$/),
    expect.stringMatching(/^model\.embed_tokens\.weight +f32 +\[260, 128\] +133\.1 kB$/),
  ]);
  const { tensors } = (await griffinJson(["inspect", path])) as { tensors: readonly unknown[] };
  expect(tensors).toHaveLength(112);
  expect(tensors[0]).toEqual({
    name: "model.embed_tokens.weight",
    dtype: "f32",
    shape: [260, 128],
    bytes: 133_120,
  });
});

test("a program is explained, from its portable artifact and from its text", async () => {
  const lines = (text: string) => text.split("\n");
  const portable = lines((await griffin(["inspect", program])).stdout);
  const text = lines((await griffin(["inspect", program.replace("mlirbc", "mlir")])).stdout);
  expect(portable.slice(0, 9)).toEqual([
    expect.stringMatching(
      /decode_1x1\.mlirbc: portable artifact, module @griffin_decode, \d+ operations, \d+\.\d kB$/,
    ),
    "  written for StableHLO 1.10.0; StableHLO 0.9.0 can express it",
    "",
    "@main: 119 arguments, 15 results",
    expect.stringMatching(/^ +type +role +name$/),
    expect.stringMatching(/^ {2}argument 0 +tensor<1x1xi32> +input +tokens$/),
    expect.stringMatching(/^ {2}argument 1 +tensor<1x1xi32> +input +segment_pos$/),
    expect.stringMatching(/^ {2}argument 2 +tensor<260x128xf32> +parameter {2}embed_tokens\.weight$/),
    expect.stringMatching(/^ {2}argument 3 +tensor<1xi32> +state +num_tokens$/),
  ]);
  expect(text[0]).toMatch(/decode_1x1\.mlir: text, module @griffin_decode, \d+ operations, \d+\.\d kB$/);
  expect(text[1]).toBe("  StableHLO 0.9.0 can express it");
  expect(text.slice(2)).toEqual(portable.slice(2));
  const json = await griffinJson(["inspect", program]);
  expect(json).toMatchObject({
    kind: "program",
    form: "portable artifact",
    stablehlo: "1.10.0",
    oldestStablehlo: "0.9.0",
  });
});

test("anything else is refused with what can be read", async () => {
  const readable =
    "the folder of an artifact, its archive (.zip), a file of tensors (safetensors, .pt of PyTorch, the folder of orbax), a portable StableHLO artifact (.mlirbc), StableHLO text (.mlir)";
  const folder = await temporaryFolder();
  const file = join(folder, "photo.jpg");
  await writeFile(file, Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10]));
  expect(await griffin(["inspect", file])).toEqual({
    ...{ exitCode: 2, stdout: "" },
    stderr: `usage error: cannot tell what ${file} is\n  expected: ${readable}`,
  });
  expect(await griffin(["inspect", "README.md"])).toMatchObject({ exitCode: 2 });
  expect(await griffin(["inspect", folder])).toEqual({
    ...{ exitCode: 1, stdout: "" },
    stderr: `artifact error: manifest.json: missing\n  at:       ${folder}`,
  });
  expect(await griffin(["inspect", join(folder, "nothing")])).toEqual({
    ...{ exitCode: 3, stdout: "" },
    stderr: `environment error: cannot read ${join(folder, "nothing")}\n  got:      no such file`,
  });
  expect((await griffin(["inspect", "golden/demo-kjv"])).stderr).toBe(
    `usage error: cannot tell what golden/demo-kjv is\n  expected: ${readable}\n  hint:     it looks like a model folder: griffin export --model golden/demo-kjv -o OUT`,
  );
  expect(await griffin(["inspect", "--verify", program])).toMatchObject({
    exitCode: 2,
    stderr: `usage error: ${program} cannot be verified\n  expected: an artifact, which has the hashes of its files\n  got:      a program`,
  });
});

test("files with faults are told where", async () => {
  const folder = await temporaryFolder();
  const write = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return (await griffin(["inspect", join(folder, name)])).stderr;
  };
  expect(await write("a.mlir", "module {\n  func.func @main( {\n")).toMatch(
    /^parse error: (?:.|\n)*a\.mlir:2:/,
  );
  expect(await write("a.mlirbc", (await readFile(program)).subarray(0, 900))).toMatch(/^bytecode error: /);
  expect(await write("a.safetensors", "short")).toMatch(/^checkpoint error: header: /);
  expect(await write("a.zip", (await readFile(archive)).subarray(0, 9000))).toMatch(
    /^artifact error: archive: /,
  );
});

test("a file of PyTorch is told as one, whatever its name", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "weights");
  const made = await griffin(["convert", "golden/demo-kjv", path, "--to", "torch"]);
  expect(made.stdout.split("\n")[0]).toMatch(/^\S+: torch, \d+ tensors, 5\.\d MB, from safetensors$/);
  const { stdout, exitCode } = await griffin(["inspect", path]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\S+: PyTorch \(torch\.save\), \d+ tensors, 1\.29M numbers in f32, 5\.\d MB\n/);
  expect(stdout).toMatch(/\nembedder\.input_embedding +f32 +\[\d+, \d+\] +\d/);
});

test.runIf(process.platform === "linux")(
  "a program that is a link to a file without an end, which says it is empty, is not read",
  async () => {
    const path = join(await temporaryFolder(), "endless.mlir");
    await symlink("/proc/self/pagemap", path);
    const { exitCode, stdout, stderr } = await griffin(["inspect", path]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(`usage error: cannot tell what ${path} is`);
  },
);
