/** @file What is right for an input, by kind: commands that are run on it, and what must come of them. */
import { access, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { findFunction } from "../../src/ir/analysis/symbols.js";
import { parseModule } from "../../src/ir/text/index.js";
import { DYNAMIC, elementCount, type TensorType } from "../../src/ir/types.js";
import { writeSafetensors } from "../../src/weights/index.js";
import { type Ended, griffin } from "./griffin.js";

/** Judges one input; work files go into `folder`. What is wrong, in one line, or undefined. */
type Verdict = (file: string, folder: string) => Promise<string | undefined>;

const firstLines = ({ output }: Ended): string => output.trim().split("\n").slice(0, 3).join(" | ");

/** An error of ours: an exit code of the command line, words, and neither an internal error nor a stranger's. */
function isOurError({ code, output }: Ended): boolean {
  if (code === undefined || code < 1 || code > 3) return false;
  return !/internal error|--verbose shows where it comes from/.test(output);
}

const describe = (what: string, ended: Ended): string =>
  `${what}: ${ended.code === undefined ? ended.how : `exit ${ended.code}`}: ${firstLines(ended)}`;

/** Runs `griffin` and complains unless it ends well. */
async function mustPass(args: readonly string[]): Promise<string | undefined> {
  const ended = await griffin(args);
  return ended.code === 0 ? undefined : describe(`griffin ${args.join(" ")}`, ended);
}

/** Complains unless `griffin` refuses, in words that `said` matches. */
async function mustRefuse(args: readonly string[], said = /./): Promise<string | undefined> {
  const ended = await griffin(args);
  if (isOurError(ended) && said.test(ended.output)) return undefined;
  return describe(`griffin ${args.join(" ")} should refuse (${said.source})`, ended);
}

/** Complains unless `griffin` ends by itself, well or with an error of ours. */
async function mustEnd(args: readonly string[]): Promise<string | undefined> {
  const ended = await griffin(args);
  return ended.code === 0 || isOurError(ended) ? undefined : describe(`griffin ${args.join(" ")}`, ended);
}

/** The first complaint of several steps. */
async function inOrder(
  ...steps: readonly (() => Promise<string | undefined>)[]
): Promise<string | undefined> {
  for (const step of steps) {
    const complaint = await step();
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** Read and printed; the print reads and prints the same. */
const accepted: Verdict = (file, folder) => {
  const [once, twice] = [join(folder, "once.mlir"), join(folder, "twice.mlir")];
  return inOrder(
    () => mustPass(["opt", file, "-o", once]),
    () => mustPass(["opt", once, "-o", twice]),
    () => mustBeEqual(once, twice),
  );
};

async function mustBeEqual(a: string, b: string): Promise<string | undefined> {
  const [left, right] = [await readFile(a, "utf8"), await readFile(b, "utf8")];
  if (left === right) return undefined;
  const lines = right.split("\n");
  const line = left.split("\n").find((each, i) => each !== lines[i]);
  return `what was written reads back otherwise, from: ${line}`;
}

/** Accepted; and as a portable artifact what we write, we read as the same program. */
const portable: Verdict = (file, folder) => {
  const [text, artifact, back] = ["text.mlir", "program.mlirbc", "back.mlir"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  return inOrder(
    () => accepted(file, folder),
    () => mustPass(["opt", file, "--emit", "portable", "-o", artifact]),
    () => mustPass(["opt", artifact, "-o", back]),
    () => mustPass(["opt", back, "--emit", "portable", "-o", `${artifact}2`]),
    () => mustPass(["opt", `${artifact}2`, "-o", text]),
    () => mustBeEqual(back, text),
  );
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Counts 1, 2, 3 ... in the types of @main's arguments, unknown sizes being 3: small enough to be exact in any type. */
async function writeInputs(file: string, inputs: string): Promise<void> {
  const main = findFunction(parseModule(await readFile(file, "utf8"), { file }), "main")!;
  const types = main.attributes.function_type.inputs as readonly TensorType[];
  const tensors = types.map(({ shape, element }) => {
    if (element !== "f32" && element !== "i32")
      throw new Error(`inputs of ${String(element)} have to be given`);
    const sizes = shape.map((size) => (size === DYNAMIC ? 3 : size));
    const numbers = Array.from({ length: elementCount(sizes) }, (_, i) => i + 1);
    const data = element === "f32" ? Float32Array.from(numbers) : Int32Array.from(numbers);
    return { dtype: element, shape: sizes, data: new Uint8Array(data.buffer) } as const;
  });
  await writeSafetensors(inputs, Object.fromEntries(tensors.entries()));
}

/** Run on what stands beside it as `.in.safetensors` (or on numbers made up), its results as in `.expected.safetensors`. */
const runs: Verdict = async (file, folder) => {
  const beside = (what: string): string => file.replace(/\.mlir$/, `.${what}.safetensors`);
  const given = await exists(beside("in"));
  const inputs = given ? beside("in") : join(folder, "in.safetensors");
  if (!given) await writeInputs(file, inputs);
  const expected = (await exists(beside("expected"))) ? ["--expected", beside("expected")] : [];
  return mustPass(["run", file, "--input", inputs, ...expected, "--no-cache"]);
};

/** Every kind of input, and what is right for it. */
export const verdicts = {
  accepted,
  portable,
  runs,
  refused: (file) => mustRefuse(["opt", file]),
  "names-the-mesh": (file) => mustRefuse(["opt", file], /mesh/),
  "read-not-run": (file, folder) =>
    inOrder(
      () => accepted(file, folder),
      () => mustRefuse(["run", file, "--no-cache"]),
    ),
  inspected: (file) => mustPass(["inspect", file]),
  "survives-run": (file) => mustEnd(["run", file, "--no-cache"]),
  "survives-cost": (file) => mustEnd(["cost", file]),
  "cost-for-cpu-ends": (file) => mustEnd(["cost", file, "--target", "cpu"]),
  "interpreter-ends": (file) =>
    inOrder(
      () => mustEnd(["opt", file]),
      () => mustEnd(["run", file, "--self-check", "--interpret"]),
    ),
  "is-told-of-serialized-module": (file) =>
    inOrder(
      () => mustRefuse(["inspect", file], /mlir_module_serialized/),
      () => mustRefuse(["opt", file], /mlir_module_serialized/),
      () => mustRefuse(["run", file], /mlir_module_serialized/),
    ),
} as const satisfies Record<string, Verdict>;

export type Kind = keyof typeof verdicts;

/** Judges `file` as an input of a kind, in a folder of its own. */
export async function judge(kind: Kind, file: string, folder: string): Promise<string | undefined> {
  if (!(await stat(file)).isFile()) return `${basename(file)} is no file`;
  return verdicts[kind](file, folder);
}
