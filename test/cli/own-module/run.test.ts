import { join } from "node:path";
import { expect, test } from "vitest";
import { openSafetensors, writeSafetensors } from "../../../src/weights/index.js";
import { griffin, griffinJson } from "../griffin.js";
import { MLP, modules } from "./files.js";

const f32 = (shape: readonly number[], values: readonly number[]) =>
  ({ dtype: "f32", shape, data: new Uint8Array(Float32Array.from(values).buffer) }) as const;

const X = f32([2, 3], [1, 2, 3, 4, 5, 6]);
const W = f32([3, 2], [1, 0, 0, 1, 1, 1]);

/** x + s, of the same state s + x. */
const SUM = `import { axis, input, program, state } from "stablegriffin/dsl";
const n = axis("n", 2);
export const sum = program({ name: "sum" }, () => {
  const [x, s] = [input("x", [n], "f32"), state("s", [n], "f32")];
  const next = s.value.add(x);
  s.update(next);
  return { y: next.mul(2) };
});
`;

test("run takes tensors by the names that the author gave them", async () => {
  const folder = await modules({ "model.ts": MLP });
  const [input, output] = [join(folder, "in.safetensors"), join(folder, "out.safetensors")];
  await writeSafetensors(input, { x: X, w: W });
  const args = ["run", `${join(folder, "model.ts")}#mlp`, "--interpret", "--input", input];
  expect(await griffinJson([...args, "--output", output])).toEqual({
    results: [{ name: "y", type: "tensor<2x2xf32>", values: [8, 10, 20, 22] }],
  });
  await using written = await openSafetensors(output);
  expect([...written.tensors.keys()]).toEqual(["y"]);
  const judged = await griffin([...args, "--expected", output]);
  expect([judged.exitCode, judged.stdout.split("\n")[1]]).toEqual([0, expect.stringMatching(/^y .* ok$/)]);
});

test("what does not fit is told with the author's lines, all at once", async () => {
  const folder = await modules({ "model.ts": MLP });
  const input = join(folder, "in.safetensors");
  await writeSafetensors(input, { x: f32([3], [1, 2, 3]), v: W });
  const { exitCode, stderr } = await griffin([
    "run",
    join(folder, "model.ts"),
    "--interpret",
    "--input",
    input,
  ]);
  expect(exitCode).toBe(2);
  expect(stderr.replaceAll(folder, "DIR").split("\n")).toEqual([
    'usage error: mlp has no argument "v"',
    '  also: input "x" of mlp does not fit, expected [batch 2, model 3] f32, got [0 3] f32, DIR/model.ts:10:20',
    '  also: parameter "w" of mlp is not given, expected [model 3, out 2] f32, DIR/model.ts:10:20',
    "  hint:     known: x, w",
  ]);
});

test("states begin as zeros unless they are given, and are among the results", async () => {
  const folder = await modules({ "model.ts": SUM });
  const args = ["run", join(folder, "model.ts"), "--interpret", "--input"];
  const [first, second] = [join(folder, "1.safetensors"), join(folder, "2.safetensors")];
  await writeSafetensors(first, { x: f32([2], [1, 2]) });
  await writeSafetensors(second, { x: f32([2], [1, 2]), s: f32([2], [10, 20]) });
  const valuesOf = async (file: string) => {
    const { results } = (await griffinJson([...args, file])) as {
      readonly results: readonly { readonly name: string; readonly values: readonly number[] }[];
    };
    return Object.fromEntries(results.map(({ name, values }) => [name, values]));
  };
  expect(await valuesOf(first)).toEqual({ y: [2, 4], s: [1, 2] });
  expect(await valuesOf(second)).toEqual({ y: [22, 44], s: [11, 22] });
});
